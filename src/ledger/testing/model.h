// Model: the ledger's rules as plainly as they can be said, to test the ledger against. It knows nothing of how the
// ledger works: maps and wide integers, every rule asked of every transfer, the whole state copied to try a chain.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/transfer_record.h"

namespace florin::ledger {

struct ModelAccount {
  std::string ledger;
  bool debits_limited = false;
  bool credits_limited = false;
  bool frozen = false;
  bool closed = false;
  bool managed = false;
  Int128 overdraft = 0;
  Int128 debits_pending = 0;
  Int128 debits_posted = 0;
  Int128 credits_pending = 0;
  Int128 credits_posted = 0;
};

struct ModelPending {
  Int128 amount = 0;
  std::uint64_t due_us = 0;
  v1::PendingState state = v1::PENDING_STATE_PENDING;
};

class Model {
 public:
  std::map<U128, ModelAccount> accounts;
  std::map<U128, TransferRecord> transfers;
  std::map<U128, ModelPending> pending;
  std::uint64_t last_time_us = 0;

  // The result of each transfer.
  std::vector<v1::TransferResult> post(const std::vector<TransferRecord>& batch, std::uint64_t now_us);
  // Releases what is due.
  void pass_time(std::uint64_t now_us);

 private:
  std::vector<v1::TransferResult> post_chain(const std::vector<TransferRecord>& chain, std::uint64_t now_us, bool open);
  std::set<v1::TransferResult> objections(const TransferRecord& request, std::uint64_t time_us) const;
  std::set<v1::TransferResult> account_objections(const TransferRecord& request) const;
  std::set<v1::TransferResult> pending_objections(const TransferRecord& request, std::uint64_t time_us) const;
  std::set<v1::TransferResult> amount_objections(const TransferRecord& filled) const;
  bool same(const TransferRecord& request) const;
  TransferRecord filled_in(const TransferRecord& request, std::uint64_t time_us) const;
  void record(const TransferRecord& filled);
};

}  // namespace florin::ledger
