#include "ledger/book.h"

#include <algorithm>
#include <ranges>

namespace florin::ledger {
namespace {

void change(U128& pending, U128& posted, const Movement& movement) {
  CHECK(pending.value() >= movement.release);
  pending = U128::of(pending.value() - movement.release + movement.reserve);
  posted = U128::of(posted.value() + movement.post);
}

}  // namespace

Movement movement_of(const TransferRecord& record, std::uint64_t reserved) {
  if (record.has(transfer_flag::pending)) return {.reserve = record.amount_minor};
  if (record.has(transfer_flag::post_pending)) return {.release = reserved, .post = record.amount_minor};
  if (record.has(transfer_flag::void_pending)) return {.release = reserved};
  return {.post = record.amount_minor};
}

std::uint64_t due_time_us(const TransferRecord& record) {
  return record.timeout_s == 0 ? 0 : record.recorded_time_us + record.timeout_s * std::uint64_t{1'000'000};
}

void Book::reserve(std::size_t transfers) {
  account_slots_.reserve(transfers);
  accounts_.reserve(transfers);
}

Slot Book::account(U128 id) {
  const auto [place, added] = account_slots_.try_emplace(id, no_slot);
  if (!added) return place->second;
  const auto row = find_account(reader_, tenant_, id);
  if (!row) return no_slot;
  CHECK(row->within_limits(), "account {} is beyond its limit", id.hex());
  accounts_.push_back(*row);
  return place->second = static_cast<Slot>(accounts_.size() - 1);
}

Slot Book::pending(U128 id) {
  const auto place = pending_slots_.find(id);
  if (place != pending_slots_.end()) return place->second;
  const auto row = find_pending(reader_, tenant_, id);
  if (!row) return no_slot;
  pendings_.emplace_back(id, *row);
  return pending_slots_[id] = static_cast<Slot>(pendings_.size() - 1);
}

Slot Book::totals(std::uint32_t ledger) {
  const auto found = std::ranges::find(totals_, ledger, &LedgerTotalsRow::ledger);
  if (found != totals_.end()) return static_cast<Slot>(found - totals_.begin());
  const auto row = find_totals(reader_, tenant_, ledger);
  if (!row) return no_slot;
  totals_.push_back(*row);
  return static_cast<Slot>(totals_.size() - 1);
}

bool Book::fits(Slot totals, const Movement& movement) const {
  // Debits and credits are equal, so one side speaks for both. A release only makes room.
  const Balances& sums = totals_[totals].balances;
  const Uint128 used = sums.debits_posted.value() + sums.debits_pending.value();
  return used + movement.reserve + movement.post <= balance_max + movement.release;
}

void Book::post(const TransferRecord& record, const Parties& parties, Slot pending) {
  const bool resolving = record.has(transfer_flag::resolving);
  move(parties, movement_of(record, resolving ? pending_at(pending).amount_minor : 0));
  if (record.has(transfer_flag::pending)) add_pending(record);
  if (record.has(transfer_flag::post_pending)) resolve_pending(pending, v1::PENDING_STATE_POSTED);
  if (record.has(transfer_flag::void_pending)) resolve_pending(pending, v1::PENDING_STATE_VOIDED);
  // `move` has kept both accounts as they were.
  if (record.has(transfer_flag::closing_debit)) accounts_[parties.debit].flags |= account_flag::closed;
  if (record.has(transfer_flag::closing_credit)) accounts_[parties.credit].flags |= account_flag::closed;
  ++accounts_[parties.debit].transfers;
  ++accounts_[parties.credit].transfers;
}

void Book::time_out(Slot pending) {
  const PendingRow& row = pending_at(pending);
  const Parties parties{account(row.debit_account_id), account(row.credit_account_id), totals(row.ledger)};
  CHECK(parties.debit != no_slot && parties.credit != no_slot && parties.totals != no_slot);
  move(parties, {.release = row.amount_minor});
  resolve_pending(pending, v1::PENDING_STATE_TIMED_OUT);
}

void Book::move(const Parties& parties, const Movement& movement) {
  AccountRecord& debit = accounts_[parties.debit];
  AccountRecord& credit = accounts_[parties.credit];
  if (marked_) {
    old_accounts_.emplace_back(parties.debit, debit);
    old_accounts_.emplace_back(parties.credit, credit);
  }
  change(debit.balances.debits_pending, debit.balances.debits_posted, movement);
  change(credit.balances.credits_pending, credit.balances.credits_posted, movement);
  Balances& sums = totals_[parties.totals].balances;
  change(sums.debits_pending, sums.debits_posted, movement);
  change(sums.credits_pending, sums.credits_posted, movement);
}

void Book::add_pending(const TransferRecord& record) {
  PendingRow row{.debit_account_id = record.debit_account_id,
                 .credit_account_id = record.credit_account_id,
                 .amount_minor = record.amount_minor,
                 .batch_time_us = batch_time_us_,
                 .due_us = due_time_us(record),
                 .ledger = record.ledger,
                 .state = v1::PENDING_STATE_PENDING};
  pendings_.emplace_back(record.id, row);
  pending_slots_[record.id] = static_cast<Slot>(pendings_.size() - 1);
  if (marked_) new_pendings_.push_back(record.id);
}

void Book::resolve_pending(Slot pending, v1::PendingState state) {
  PendingRow& row = pendings_[pending].second;
  CHECK(row.state == v1::PENDING_STATE_PENDING);
  if (marked_) old_pendings_.emplace_back(pending, row);
  row.state = static_cast<std::uint32_t>(state);
}

void Book::mark() {
  forget();
  marked_ = true;
  old_totals_ = totals_;
}

void Book::restore() {
  CHECK(marked_);
  for (const auto& [slot, row] : old_accounts_ | std::views::reverse) accounts_[slot] = row;
  for (const auto& [slot, row] : old_pendings_ | std::views::reverse) pendings_[slot].second = row;
  totals_ = old_totals_;
  for (const U128& id : new_pendings_) pending_slots_.erase(id);
  forget();
}

void Book::forget() {
  marked_ = false;
  old_accounts_.clear();
  old_pendings_.clear();
  new_pendings_.clear();
}

}  // namespace florin::ledger
