#include "ledger/testing/model.h"

#include <algorithm>

#include "base/check.h"

namespace florin::ledger {
namespace {

using v1::TransferResult;

bool is(const TransferRecord& transfer, std::uint16_t flag) {
  return (transfer.flags & flag) != 0;
}
bool resolves(const TransferRecord& t) {
  return is(t, transfer_flag::post_pending) || is(t, transfer_flag::void_pending);
}
bool closes(const TransferRecord& t) {
  return is(t, transfer_flag::closing_debit) || is(t, transfer_flag::closing_credit);
}
bool balances(const TransferRecord& t) {
  return is(t, transfer_flag::balancing_debit) || is(t, transfer_flag::balancing_credit);
}

Int128 left_to_debit(const ModelAccount& a) {
  return std::max<Int128>(0, a.credits_posted + a.overdraft - a.debits_posted - a.debits_pending);
}
Int128 left_to_credit(const ModelAccount& a) {
  return std::max<Int128>(0, a.debits_posted + a.overdraft - a.credits_posted - a.credits_pending);
}

bool flags_contradict(const TransferRecord& t) {
  const bool pending = is(t, transfer_flag::pending);
  const bool post = is(t, transfer_flag::post_pending);
  const bool void_ = is(t, transfer_flag::void_pending);
  if ((pending && post) || (pending && void_) || (post && void_)) return true;
  if ((post || void_) && (balances(t) || closes(t))) return true;
  return (pending && closes(t)) || t.flags > 255;
}

}  // namespace

std::vector<TransferResult> Model::post(const std::vector<TransferRecord>& batch, std::uint64_t now_us) {
  std::vector<TransferResult> results;
  for (std::size_t begin = 0; begin < batch.size();) {
    std::size_t end = begin;
    while (end < batch.size() && is(batch[end], transfer_flag::linked)) ++end;
    const bool open = end == batch.size();
    if (!open) ++end;
    const std::vector<TransferRecord> chain(batch.begin() + static_cast<std::ptrdiff_t>(begin),
                                            batch.begin() + static_cast<std::ptrdiff_t>(end));
    for (const TransferResult result : post_chain(chain, now_us, open)) results.push_back(result);
    begin = end;
  }
  return results;
}

std::vector<TransferResult> Model::post_chain(const std::vector<TransferRecord>& chain, std::uint64_t now_us,
                                              bool open) {
  const Model before = *this;
  std::vector<TransferResult> results;
  if (std::ranges::all_of(chain, [this](const TransferRecord& t) { return same(t); })) {
    return std::vector<TransferResult>(chain.size(), v1::TRANSFER_RESULT_EXISTS);
  }
  // Where the chain fails, and why.
  std::size_t failed = chain.size();
  TransferResult reason = v1::TRANSFER_RESULT_CREATED;
  bool some_exist = false;
  for (std::size_t i = 0; i < chain.size() && failed == chain.size(); ++i) {
    const std::uint64_t time_us = std::max(now_us, last_time_us + 1);
    const bool repeated = transfers.contains(chain[i].id) && !before.transfers.contains(chain[i].id);
    if (before.same(chain[i])) {
      some_exist = true;
      if (last_time_us == before.last_time_us) continue;
      failed = i;
      reason = v1::TRANSFER_RESULT_EXISTS;
      continue;
    }
    std::set<TransferResult> against;
    if (repeated) {
      against.insert(v1::TRANSFER_RESULT_ID_INVALID);
    } else {
      against = objections(chain[i], time_us);
    }
    if (open && i + 1 == chain.size()) against.insert(v1::TRANSFER_RESULT_LINKED_CHAIN_OPEN);
    if (against.empty() && some_exist) against.insert(v1::TRANSFER_RESULT_LINKED_FAILED);
    if (against.empty()) {
      record(filled_in(chain[i], time_us));
    } else {
      failed = i;
      reason = *against.begin();
    }
  }
  if (failed == chain.size()) return std::vector<TransferResult>(chain.size(), v1::TRANSFER_RESULT_CREATED);
  *this = before;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (i == failed) {
      results.push_back(reason);
    } else {
      results.push_back(same(chain[i]) ? v1::TRANSFER_RESULT_EXISTS : v1::TRANSFER_RESULT_LINKED_FAILED);
    }
  }
  return results;
}

std::set<TransferResult> Model::objections(const TransferRecord& request, std::uint64_t time_us) const {
  std::set<TransferResult> found;
  const auto object = [&found](bool objection, TransferResult result) {
    if (objection) found.insert(result);
  };
  object(request.id == U128{} || request.id == U128::max(), v1::TRANSFER_RESULT_ID_INVALID);
  object(flags_contradict(request), v1::TRANSFER_RESULT_FLAGS_EXCLUDE_EACH_OTHER);
  object(resolves(request) && request.pending_id == U128{}, v1::TRANSFER_RESULT_PENDING_ID_REQUIRED);
  object(!resolves(request) && request.pending_id != U128{}, v1::TRANSFER_RESULT_PENDING_ID_NOT_ALLOWED);
  object(!is(request, transfer_flag::pending) && request.timeout_s > 0, v1::TRANSFER_RESULT_TIMEOUT_ONLY_FOR_PENDING);
  object(!resolves(request) && !closes(request) && request.amount_minor == 0, v1::TRANSFER_RESULT_AMOUNT_ZERO);
  object(transfers.contains(request.id), v1::TRANSFER_RESULT_ID_EXISTS_WITH_OTHER_FIELDS);
  object(request.effective_time_us > time_us, v1::TRANSFER_RESULT_EFFECTIVE_TIME_IN_THE_FUTURE);
  found.merge(account_objections(request));
  found.merge(pending_objections(request, time_us));
  if (found.empty()) found.merge(amount_objections(filled_in(request, time_us)));
  return found;
}

std::set<TransferResult> Model::account_objections(const TransferRecord& request) const {
  std::set<TransferResult> found;
  U128 debit = request.debit_account_id;
  U128 credit = request.credit_account_id;
  const bool may_be_unnamed = resolves(request);
  if (resolves(request) && pending.contains(request.pending_id)) {
    const TransferRecord& reserved = transfers.at(request.pending_id);
    if (debit == U128{}) debit = reserved.debit_account_id;
    if (credit == U128{}) credit = reserved.credit_account_id;
  }
  const bool has_debit = accounts.contains(debit);
  const bool has_credit = accounts.contains(credit);
  if (!has_debit && !(may_be_unnamed && debit == U128{})) found.insert(v1::TRANSFER_RESULT_DEBIT_ACCOUNT_NOT_FOUND);
  if (!has_credit && !(may_be_unnamed && credit == U128{})) found.insert(v1::TRANSFER_RESULT_CREDIT_ACCOUNT_NOT_FOUND);
  if (has_debit && debit == credit) found.insert(v1::TRANSFER_RESULT_ACCOUNTS_ARE_THE_SAME);
  if (has_debit && has_credit && accounts.at(debit).ledger != accounts.at(credit).ledger) {
    found.insert(v1::TRANSFER_RESULT_ACCOUNTS_IN_DIFFERENT_LEDGERS);
  }
  const bool is_void = is(request, transfer_flag::void_pending);
  const auto look_at = [&](const ModelAccount& account, TransferResult frozen, TransferResult closed) {
    if (request.ledger != 0 && request.ledger != ledger_number(account.ledger)) {
      found.insert(v1::TRANSFER_RESULT_LEDGER_DIFFERS_FROM_ACCOUNTS);
    }
    if (account.managed || (account.frozen && !is_void)) found.insert(frozen);
    if (account.closed && !is_void) found.insert(closed);
  };
  if (has_debit) {
    look_at(accounts.at(debit), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN, v1::TRANSFER_RESULT_DEBIT_ACCOUNT_CLOSED);
  }
  if (has_credit) {
    look_at(accounts.at(credit), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_FROZEN, v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED);
  }
  return found;
}

std::set<TransferResult> Model::pending_objections(const TransferRecord& request, std::uint64_t time_us) const {
  std::set<TransferResult> found;
  if (!resolves(request)) return found;
  if (!transfers.contains(request.pending_id)) return {v1::TRANSFER_RESULT_PENDING_TRANSFER_NOT_FOUND};
  const TransferRecord& reserved = transfers.at(request.pending_id);
  if (!is(reserved, transfer_flag::pending)) return {v1::TRANSFER_RESULT_TRANSFER_IS_NOT_PENDING};
  const ModelPending& state = pending.at(request.pending_id);
  const bool other_debit = request.debit_account_id != U128{} && request.debit_account_id != reserved.debit_account_id;
  const bool other_credit =
      request.credit_account_id != U128{} && request.credit_account_id != reserved.credit_account_id;
  if (other_debit || other_credit) found.insert(v1::TRANSFER_RESULT_PENDING_ACCOUNTS_DIFFER);
  if (state.state == v1::PENDING_STATE_POSTED) found.insert(v1::TRANSFER_RESULT_PENDING_ALREADY_POSTED);
  if (state.state == v1::PENDING_STATE_VOIDED) found.insert(v1::TRANSFER_RESULT_PENDING_ALREADY_VOIDED);
  if (state.state == v1::PENDING_STATE_TIMED_OUT) found.insert(v1::TRANSFER_RESULT_PENDING_TIMED_OUT);
  if (state.state == v1::PENDING_STATE_PENDING && state.due_us != 0 && state.due_us <= time_us) {
    found.insert(v1::TRANSFER_RESULT_PENDING_TIMED_OUT);
  }
  if (is(request, transfer_flag::post_pending) && request.amount_minor > state.amount) {
    found.insert(v1::TRANSFER_RESULT_AMOUNT_EXCEEDS_PENDING);
  }
  if (is(request, transfer_flag::void_pending) && request.amount_minor != 0 && request.amount_minor != state.amount) {
    found.insert(v1::TRANSFER_RESULT_VOID_AMOUNT_DIFFERS);
  }
  return found;
}

std::set<TransferResult> Model::amount_objections(const TransferRecord& filled) const {
  std::set<TransferResult> found;
  if (resolves(filled)) return found;
  const ModelAccount& debit = accounts.at(filled.debit_account_id);
  const ModelAccount& credit = accounts.at(filled.credit_account_id);
  const bool nothing = filled.amount_minor == 0 && !closes(filled);
  if (debit.debits_limited && (filled.amount_minor > left_to_debit(debit) ||
                               (nothing && is(filled, transfer_flag::balancing_debit) && left_to_debit(debit) == 0))) {
    found.insert(v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  }
  if (credit.credits_limited &&
      (filled.amount_minor > left_to_credit(credit) ||
       (nothing && is(filled, transfer_flag::balancing_credit) && left_to_credit(credit) == 0))) {
    found.insert(v1::TRANSFER_RESULT_EXCEEDS_DEBITS);
  }
  if (filled.amount_minor > 1'000'000'000'000'000) found.insert(v1::TRANSFER_RESULT_OVERFLOW);
  return found;
}

// Whether the transfer that has the request's id is what the request would have made.
bool Model::same(const TransferRecord& request) const {
  const auto found = transfers.find(request.id);
  if (found == transfers.end()) return false;
  TransferRecord asked = request;
  const TransferRecord& there = found->second;
  if (resolves(there)) {
    if (asked.debit_account_id == U128{}) asked.debit_account_id = there.debit_account_id;
    if (asked.credit_account_id == U128{}) asked.credit_account_id = there.credit_account_id;
    if (asked.amount_minor == 0) asked.amount_minor = transfers.at(there.pending_id).amount_minor;
  }
  if (balances(there) && asked.amount_minor > there.amount_minor) asked.amount_minor = there.amount_minor;
  if (asked.ledger == 0) asked.ledger = there.ledger;
  asked.recorded_time_us = there.recorded_time_us;
  if (asked.effective_time_us == 0) asked.effective_time_us = there.recorded_time_us;
  return asked == there;
}

TransferRecord Model::filled_in(const TransferRecord& request, std::uint64_t time_us) const {
  TransferRecord filled = request;
  if (resolves(filled)) {
    const TransferRecord& reserved = transfers.at(filled.pending_id);
    filled.debit_account_id = reserved.debit_account_id;
    filled.credit_account_id = reserved.credit_account_id;
    if (filled.amount_minor == 0) filled.amount_minor = reserved.amount_minor;
  }
  const ModelAccount& debit = accounts.at(filled.debit_account_id);
  const ModelAccount& credit = accounts.at(filled.credit_account_id);
  Int128 amount = filled.amount_minor;
  if (is(filled, transfer_flag::balancing_debit) && debit.debits_limited)
    amount = std::min(amount, left_to_debit(debit));
  if (is(filled, transfer_flag::balancing_credit) && credit.credits_limited) {
    amount = std::min(amount, left_to_credit(credit));
  }
  filled.amount_minor = static_cast<std::uint64_t>(amount);
  filled.ledger = ledger_number(debit.ledger);
  filled.recorded_time_us = time_us;
  if (filled.effective_time_us == 0) filled.effective_time_us = time_us;
  return filled;
}

void Model::record(const TransferRecord& filled) {
  ModelAccount& debit = accounts.at(filled.debit_account_id);
  ModelAccount& credit = accounts.at(filled.credit_account_id);
  const Int128 amount = filled.amount_minor;
  if (resolves(filled)) {
    ModelPending& state = pending.at(filled.pending_id);
    debit.debits_pending -= state.amount;
    credit.credits_pending -= state.amount;
    state.state = is(filled, transfer_flag::post_pending) ? v1::PENDING_STATE_POSTED : v1::PENDING_STATE_VOIDED;
  }
  if (is(filled, transfer_flag::pending)) {
    debit.debits_pending += amount;
    credit.credits_pending += amount;
    const std::uint64_t timeout_us = filled.timeout_s * std::uint64_t{1'000'000};
    pending[filled.id] = {amount, timeout_us == 0 ? 0 : filled.recorded_time_us + timeout_us};
  } else if (!is(filled, transfer_flag::void_pending)) {
    debit.debits_posted += amount;
    credit.credits_posted += amount;
  }
  if (is(filled, transfer_flag::closing_debit)) debit.closed = true;
  if (is(filled, transfer_flag::closing_credit)) credit.closed = true;
  transfers[filled.id] = filled;
  last_time_us = filled.recorded_time_us;
}

void Model::pass_time(std::uint64_t now_us) {
  for (auto& [id, state] : pending) {
    if (state.state != v1::PENDING_STATE_PENDING || state.due_us == 0 || state.due_us > now_us) continue;
    const TransferRecord& reserved = transfers.at(id);
    accounts.at(reserved.debit_account_id).debits_pending -= state.amount;
    accounts.at(reserved.credit_account_id).credits_pending -= state.amount;
    state.state = v1::PENDING_STATE_TIMED_OUT;
  }
}

}  // namespace florin::ledger
