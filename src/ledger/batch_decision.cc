#include "ledger/batch_decision.h"

#include <algorithm>
#include <bit>

#include "base/money.h"
#include "ledger/same_transfer.h"

namespace florin::ledger {
namespace {

using v1::TransferResult;
constexpr TransferResult created = v1::TRANSFER_RESULT_CREATED;

bool flags_exclude_each_other(const TransferRecord& record) {
  namespace flag = transfer_flag;
  const auto phase = static_cast<std::uint16_t>(record.flags & (flag::pending | flag::resolving));
  if (std::popcount(phase) > 1) return true;
  if (record.has(flag::resolving) && record.has(flag::balancing | flag::closing)) return true;
  if (record.has(flag::pending) && record.has(flag::closing)) return true;
  return (record.flags & ~flag::known) != 0;
}

}  // namespace

BatchDecision::BatchDecision(const store::Reader& reader, TenantId tenant, std::uint64_t now_us, Poster poster)
    : reader_(reader),
      tenant_(tenant),
      poster_(poster),
      next_time_us_(std::max(now_us, last_recorded_time(reader) + 1)),
      book_(reader, tenant, next_time_us_) {}

TransferOutcomes BatchDecision::decide(std::span<const TransferRecord> records) {
  CHECK(records.size() <= batch_transfers_max);
  book_.reserve(records.size());
  accepted_.reserve(records.size());
  accepted_by_id_.reserve(records.size());
  outcomes_.reserve(records.size());
  for (std::uint32_t i = 0; i < records.size(); ++i) decide_one(records[i], i, i + 1 == records.size());

  TransferOutcomes result;
  result.created = static_cast<std::uint32_t>(accepted_.size());
  std::erase_if(outcomes_, [](const TransferOutcome& outcome) { return outcome.result == created; });
  result.not_created = std::move(outcomes_);
  return result;
}

std::optional<std::uint64_t> BatchDecision::earliest_due_us() const {
  std::optional<std::uint64_t> earliest;
  for (const TransferRecord& record : accepted_) {
    if (record.timeout_s == 0) continue;
    const std::uint64_t due_us = due_time_us(record);
    earliest = std::min(earliest.value_or(due_us), due_us);
  }
  return earliest;
}

void BatchDecision::decide_one(const TransferRecord& request, std::uint32_t index, bool last_of_batch) {
  const bool linked = request.has(transfer_flag::linked);
  if (!in_chain_ && linked) {
    in_chain_ = true;
    chain_failed_ = false;
    chain_begin_ = index;
    chain_accepted_begin_ = accepted_.size();
    chain_existing_ = 0;
    book_.mark();
  }
  TransferOutcome outcome{.index = index};
  Candidate candidate{.record = request, .last_of_batch = last_of_batch};
  if (chain_failed_) {
    std::string_view field;
    const bool same = exists(request, &field) && field.empty();
    outcome.result = same ? v1::TRANSFER_RESULT_EXISTS : v1::TRANSFER_RESULT_LINKED_FAILED;
  } else {
    outcome.result = judge(candidate);
    if (outcome.result == created && chain_existing_ > 0) outcome.result = v1::TRANSFER_RESULT_LINKED_FAILED;
    if (outcome.result == v1::TRANSFER_RESULT_ID_EXISTS_WITH_OTHER_FIELDS) outcome.field = candidate.different_field;
    if (outcome.result == created) {
      accept(candidate);
    } else if (in_chain_) {
      const bool all_exist = outcome.result == v1::TRANSFER_RESULT_EXISTS && accepted_.size() == chain_accepted_begin_;
      if (all_exist) {
        ++chain_existing_;
      } else {
        fail_chain(index);
      }
    }
  }
  outcomes_.push_back(outcome);
  if (in_chain_ && (!linked || last_of_batch)) end_chain();
}

void BatchDecision::fail_chain(std::uint32_t index) {
  chain_failed_ = true;
  for (std::uint32_t i = chain_begin_; i < index; ++i) {
    if (outcomes_[i].result == created) outcomes_[i].result = v1::TRANSFER_RESULT_LINKED_FAILED;
  }
  next_time_us_ -= accepted_.size() - chain_accepted_begin_;
  for (std::size_t i = chain_accepted_begin_; i < accepted_.size(); ++i) accepted_by_id_.erase(accepted_[i].id);
  accepted_.resize(chain_accepted_begin_);
  book_.restore();
}

void BatchDecision::end_chain() {
  in_chain_ = false;
  chain_failed_ = false;
  chain_existing_ = 0;
  book_.forget();
}

TransferResult BatchDecision::judge(Candidate& candidate) {
  const TransferRecord& record = candidate.record;
  bool repeated_in_chain = false;
  if (const auto before = accepted_by_id_.find(record.id); in_chain_ && before != accepted_by_id_.end()) {
    repeated_in_chain = before->second >= chain_accepted_begin_;
  }
  if (!repeated_in_chain && exists(record, &candidate.different_field) && candidate.different_field.empty()) {
    return v1::TRANSFER_RESULT_EXISTS;
  }
  if (candidate.last_of_batch && record.has(transfer_flag::linked)) return v1::TRANSFER_RESULT_LINKED_CHAIN_OPEN;
  if (repeated_in_chain) return v1::TRANSFER_RESULT_ID_INVALID;
  if (const auto result = judge_form(candidate); result != created) return result;
  if (const auto result = judge_parties(candidate); result != created) return result;
  if (const auto result = judge_pending(candidate); result != created) return result;
  if (!candidate.different_field.empty()) return v1::TRANSFER_RESULT_ID_EXISTS_WITH_OTHER_FIELDS;
  if (const auto result = judge_accounts(candidate); result != created) return result;
  if (record.effective_time_us > next_time_us_) return v1::TRANSFER_RESULT_EFFECTIVE_TIME_IN_THE_FUTURE;
  return judge_amount(candidate);
}

// True if a transfer has the id; `different_field` is then what differs, empty for nothing.
bool BatchDecision::exists(const TransferRecord& request, std::string_view* different) {
  std::optional<TransferRecord> original;
  if (const auto before = accepted_by_id_.find(request.id); before != accepted_by_id_.end()) {
    original = accepted_[before->second];
  } else {
    original = find_transfer(reader_, tenant_, request.id);
  }
  if (!original) return false;
  std::uint64_t reserved = 0;
  if (original->has(transfer_flag::resolving)) {
    const Slot pending = book_.pending(original->pending_id);
    CHECK(pending != no_slot, "transfer {} resolves nothing", original->id.hex());
    reserved = book_.pending_at(pending).amount_minor;
  }
  *different = different_field(request, *original, reserved);
  return true;
}

TransferResult BatchDecision::judge_form(const Candidate& candidate) const {
  const TransferRecord& record = candidate.record;
  const bool resolving = candidate.resolving();
  if (record.id.is_zero() || record.id == U128::max()) return v1::TRANSFER_RESULT_ID_INVALID;
  if (flags_exclude_each_other(record)) return v1::TRANSFER_RESULT_FLAGS_EXCLUDE_EACH_OTHER;
  if (resolving && record.pending_id.is_zero()) return v1::TRANSFER_RESULT_PENDING_ID_REQUIRED;
  if (!resolving && !record.pending_id.is_zero()) return v1::TRANSFER_RESULT_PENDING_ID_NOT_ALLOWED;
  if (record.timeout_s != 0 && !record.has(transfer_flag::pending)) return v1::TRANSFER_RESULT_TIMEOUT_ONLY_FOR_PENDING;
  if (record.amount_minor == 0 && !resolving && !record.has(transfer_flag::closing)) {
    return v1::TRANSFER_RESULT_AMOUNT_ZERO;
  }
  return created;
}

TransferResult BatchDecision::judge_parties(Candidate& candidate) {
  TransferRecord& record = candidate.record;
  Parties& parties = candidate.parties;
  U128 debit = record.debit_account_id;
  U128 credit = record.credit_account_id;
  if (candidate.resolving()) {
    candidate.pending = book_.pending(record.pending_id);
    if (candidate.pending != no_slot) {
      const PendingRow& pending = book_.pending_at(candidate.pending);
      if (debit.is_zero()) debit = pending.debit_account_id;
      if (credit.is_zero()) credit = pending.credit_account_id;
    }
  }
  parties.debit = book_.account(debit);
  parties.credit = book_.account(credit);
  // A post or void that names no account and no pending transfer lacks only the latter.
  const bool unnamed = candidate.resolving() && candidate.pending == no_slot;
  if (parties.debit == no_slot && !(unnamed && debit.is_zero())) return v1::TRANSFER_RESULT_DEBIT_ACCOUNT_NOT_FOUND;
  if (parties.credit == no_slot && !(unnamed && credit.is_zero())) return v1::TRANSFER_RESULT_CREDIT_ACCOUNT_NOT_FOUND;
  if (parties.debit == parties.credit && parties.debit != no_slot) return v1::TRANSFER_RESULT_ACCOUNTS_ARE_THE_SAME;

  for (const Slot slot : {parties.debit, parties.credit}) {
    if (slot == no_slot) continue;
    const std::uint32_t ledger = book_.account_at(slot).ledger;
    if (parties.totals != no_slot && book_.totals_at(parties.totals).ledger != ledger) {
      return v1::TRANSFER_RESULT_ACCOUNTS_IN_DIFFERENT_LEDGERS;
    }
    parties.totals = book_.totals(ledger);
    CHECK(parties.totals != no_slot, "ledger {} has no totals", ledger);
  }
  if (parties.totals != no_slot) {
    const std::uint32_t ledger = book_.totals_at(parties.totals).ledger;
    if (record.ledger != 0 && record.ledger != ledger) return v1::TRANSFER_RESULT_LEDGER_DIFFERS_FROM_ACCOUNTS;
    record.ledger = ledger;
  }
  return created;
}

TransferResult BatchDecision::judge_pending(Candidate& candidate) const {
  TransferRecord& record = candidate.record;
  if (!candidate.resolving()) return created;
  if (candidate.pending == no_slot) {
    const bool other =
        accepted_by_id_.contains(record.pending_id) || find_transfer(reader_, tenant_, record.pending_id);
    return other ? v1::TRANSFER_RESULT_TRANSFER_IS_NOT_PENDING : v1::TRANSFER_RESULT_PENDING_TRANSFER_NOT_FOUND;
  }
  const PendingRow& pending = book_.pending_at(candidate.pending);
  for (auto [account, theirs] : {std::pair{&record.debit_account_id, pending.debit_account_id},
                                 std::pair{&record.credit_account_id, pending.credit_account_id}}) {
    if (account->is_zero()) *account = theirs;
    if (*account != theirs) return v1::TRANSFER_RESULT_PENDING_ACCOUNTS_DIFFER;
  }
  switch (pending.state) {
    case v1::PENDING_STATE_POSTED:
      return v1::TRANSFER_RESULT_PENDING_ALREADY_POSTED;
    case v1::PENDING_STATE_VOIDED:
      return v1::TRANSFER_RESULT_PENDING_ALREADY_VOIDED;
    case v1::PENDING_STATE_TIMED_OUT:
      return v1::TRANSFER_RESULT_PENDING_TIMED_OUT;
    default:
      break;
  }
  if (pending.due_us != 0 && pending.due_us <= next_time_us_) return v1::TRANSFER_RESULT_PENDING_TIMED_OUT;
  if (record.amount_minor == 0) record.amount_minor = pending.amount_minor;
  if (record.has(transfer_flag::post_pending) && record.amount_minor > pending.amount_minor) {
    return v1::TRANSFER_RESULT_AMOUNT_EXCEEDS_PENDING;
  }
  if (candidate.releasing() && record.amount_minor != pending.amount_minor) {
    return v1::TRANSFER_RESULT_VOID_AMOUNT_DIFFERS;
  }
  return created;
}

TransferResult BatchDecision::judge_accounts(const Candidate& candidate) {
  const AccountRecord& debit = book_.account_at(candidate.parties.debit);
  const AccountRecord& credit = book_.account_at(candidate.parties.credit);
  const auto frozen = [&](const AccountRecord& account) {
    if (poster_ == Poster::caller && account.has(account_flag::managed)) return true;
    return account.has(account_flag::frozen) && !candidate.releasing();
  };
  const auto closed = [&](const AccountRecord& account) {
    return account.has(account_flag::closed) && !candidate.releasing();
  };
  if (frozen(debit)) return v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN;
  if (frozen(credit)) return v1::TRANSFER_RESULT_CREDIT_ACCOUNT_FROZEN;
  if (closed(debit)) return v1::TRANSFER_RESULT_DEBIT_ACCOUNT_CLOSED;
  if (closed(credit)) return v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED;
  return created;
}

TransferResult BatchDecision::judge_amount(Candidate& candidate) {
  TransferRecord& record = candidate.record;
  const AccountRecord& debit = book_.account_at(candidate.parties.debit);
  const AccountRecord& credit = book_.account_at(candidate.parties.credit);
  if (!candidate.resolving()) {
    const bool debit_limited = debit.has(account_flag::debits_must_not_exceed_credits);
    const bool credit_limited = credit.has(account_flag::credits_must_not_exceed_debits);
    const Uint128 debit_headroom = debit_limited ? debit.debit_headroom() : balance_max;
    const Uint128 credit_headroom = credit_limited ? credit.credit_headroom() : balance_max;
    Uint128 amount = record.amount_minor;
    if (record.has(transfer_flag::balancing_debit)) {
      amount = std::min(amount, debit_headroom);
      if (amount == 0 && !record.has(transfer_flag::closing)) return v1::TRANSFER_RESULT_EXCEEDS_CREDITS;
    }
    if (record.has(transfer_flag::balancing_credit)) {
      amount = std::min(amount, credit_headroom);
      if (amount == 0 && !record.has(transfer_flag::closing)) return v1::TRANSFER_RESULT_EXCEEDS_DEBITS;
    }
    if (amount > debit_headroom) return v1::TRANSFER_RESULT_EXCEEDS_CREDITS;
    if (amount > credit_headroom) return v1::TRANSFER_RESULT_EXCEEDS_DEBITS;
    record.amount_minor = static_cast<std::uint64_t>(amount);
    if (record.amount_minor > static_cast<std::uint64_t>(amount_minor_max)) return v1::TRANSFER_RESULT_OVERFLOW;
  }
  const std::uint64_t reserved = candidate.resolving() ? book_.pending_at(candidate.pending).amount_minor : 0;
  return book_.fits(candidate.parties.totals, movement_of(record, reserved)) ? created : v1::TRANSFER_RESULT_OVERFLOW;
}

void BatchDecision::accept(const Candidate& candidate) {
  TransferRecord record = candidate.record;
  record.recorded_time_us = next_time_us_++;
  if (record.effective_time_us == 0) record.effective_time_us = record.recorded_time_us;
  book_.post(record, candidate.parties, candidate.pending);
  accepted_by_id_[record.id] = static_cast<std::uint32_t>(accepted_.size());
  accepted_.push_back(record);
}

}  // namespace florin::ledger
