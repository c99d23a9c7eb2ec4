// LedgerFixture: a partition in memory that knows the ledger, with one tenant, for tests.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/testing/synchronous_partition.h"
#include "ledger/account_record.h"
#include "ledger/accounts.h"
#include "ledger/post.h"
#include "ledger/transfer_record.h"

namespace florin::ledger {

class LedgerFixture {
 public:
  LedgerFixture();

  const TenantId tenant{Position::of(1, 1, 1)};

  // Runs `decide` as one accepted command of the tenant.
  void run(std::function<void(engine::Work&)> decide);

  AccountOutcome create_account(const AccountRequest& request);
  // An asset account with this id, path "test/<id>" and no overdraft. CHECKs that it is created.
  void add_account(std::uint64_t id, std::uint16_t flags = 0, std::string_view ledger = "USD/2");

  TransferOutcomes post(std::span<const TransferRecord> records, Poster poster = Poster::caller);
  // The result of a batch of one.
  TransferOutcome post_one(const TransferRecord& record, Poster poster = Poster::caller);

  // CHECKs that the account is there.
  AccountRecord account(std::uint64_t id) const;
  std::optional<TransferRecord> transfer(std::uint64_t id) const;

  engine::SynchronousPartition& partition() { return partition_; }
  const store::Reader& state() const { return partition_.state(); }
  std::uint64_t now_us() const { return static_cast<std::uint64_t>(partition_.now().micros); }

 private:
  engine::Registry registry_;
  engine::SynchronousPartition partition_;
};

// A plain transfer.
struct Ids {
  std::uint64_t transfer = 0;
  std::uint64_t debit = 0;
  std::uint64_t credit = 0;
};
TransferRecord make_transfer(const Ids& ids, std::uint64_t amount_minor, std::uint16_t flags = 0);

// The result of each of `count` transfers.
std::vector<v1::TransferResult> results_of(const TransferOutcomes& outcomes, std::size_t count);

}  // namespace florin::ledger
