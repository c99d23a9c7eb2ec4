// BatchDecision: tries one batch of transfers out on a Book and keeps those that are accepted, filled in as they will
// be recorded. Lives for one decide; changes nothing outside itself.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/book.h"
#include "ledger/post.h"

namespace florin::ledger {

class BatchDecision {
 public:
  // `now_us`: the lane's time.
  BatchDecision(const store::Reader& reader, TenantId tenant, std::uint64_t now_us, Poster poster);

  // Once.
  TransferOutcomes decide(std::span<const TransferRecord> records);

  // In order, with consecutive recorded times.
  const std::vector<TransferRecord>& accepted() const { return accepted_; }
  // The first moment at which one of the accepted may time out; nothing if none can.
  std::optional<std::uint64_t> earliest_due_us() const;

 private:
  // One transfer on its way through the checks. `record` is the request, filled in step by step.
  struct Candidate {
    TransferRecord record;
    bool last_of_batch = false;
    std::string_view different_field = {};  // where another transfer has the id
    Parties parties = {};
    Slot pending = no_slot;

    bool resolving() const { return record.has(transfer_flag::resolving); }
    bool releasing() const { return record.has(transfer_flag::void_pending); }
  };

  void decide_one(const TransferRecord& request, std::uint32_t index, bool last_of_batch);
  void fail_chain(std::uint32_t index);
  void end_chain();

  // The checks, by subject, in the order of the results. `created` means: nothing to object.
  v1::TransferResult judge(Candidate& candidate);
  bool exists(const TransferRecord& request, std::string_view* different_field);
  v1::TransferResult judge_form(const Candidate& candidate) const;
  v1::TransferResult judge_parties(Candidate& candidate);
  v1::TransferResult judge_pending(Candidate& candidate) const;
  v1::TransferResult judge_accounts(const Candidate& candidate);
  v1::TransferResult judge_amount(Candidate& candidate);

  void accept(const Candidate& candidate);

  const store::Reader& reader_;
  TenantId tenant_;
  Poster poster_;
  std::uint64_t next_time_us_;
  Book book_;
  std::vector<TransferRecord> accepted_;
  absl::flat_hash_map<U128, std::uint32_t> accepted_by_id_;
  std::vector<TransferOutcome> outcomes_;

  // The open chain, if any.
  bool in_chain_ = false;
  bool chain_failed_ = false;
  std::uint32_t chain_begin_ = 0;         // index in the batch
  std::size_t chain_accepted_begin_ = 0;  // index in accepted_
  std::uint32_t chain_existing_ = 0;      // members that exist already
};

}  // namespace florin::ledger
