// Book: the accounts, pending transfers and totals that one batch touches, each read from the state once. Decide tries
// a batch out on a Book that it throws away; apply does the same on another and writes it. Both move money by the same
// function.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/tables.h"

namespace florin::ledger {

// What one transfer adds to and takes from one side of an account, and from the same side of its ledger's totals.
struct Movement {
  std::uint64_t reserve = 0;  // pending grows
  std::uint64_t release = 0;  // pending shrinks
  std::uint64_t post = 0;     // posted grows
};

// The movement of an accepted record; `reserved` is the amount of the pending transfer that it resolves.
Movement movement_of(const TransferRecord& record, std::uint64_t reserved);

// When an accepted pending transfer releases by itself; 0 for never.
std::uint64_t due_time_us(const TransferRecord& record);

// Index of a row in a Book.
using Slot = std::uint32_t;
inline constexpr Slot no_slot = ~Slot{0};

// The rows that a transfer moves; all belong to one ledger.
struct Parties {
  Slot debit = no_slot;
  Slot credit = no_slot;
  Slot totals = no_slot;
};

class Book {
 public:
  // `batch_time_us`: the recorded time of the batch's first transfer.
  Book(const store::Reader& reader, TenantId tenant, std::uint64_t batch_time_us)
      : reader_(reader), tenant_(tenant), batch_time_us_(batch_time_us) {}

  void reserve(std::size_t transfers);

  // no_slot if there is none.
  Slot account(U128 id);
  Slot pending(U128 id);
  Slot totals(std::uint32_t ledger);

  const AccountRecord& account_at(Slot slot) const { return accounts_[slot]; }
  const PendingRow& pending_at(Slot slot) const { return pendings_[slot].second; }
  const LedgerTotalsRow& totals_at(Slot slot) const { return totals_[slot]; }

  // False if a sum of the ledger would pass balance_max. No account's sum is greater than its ledger's.
  bool fits(Slot totals, const Movement& movement) const;

  // Does what `record`, which is filled in and was judged, does to its rows; `pending` is what it resolves.
  void post(const TransferRecord& record, const Parties& parties, Slot pending);
  // Releases a pending transfer that timed out.
  void time_out(Slot pending);

  // Everything that changes after this can be taken back once by `restore`, until the next `mark` or `forget`.
  void mark();
  void restore();
  void forget();

  // What was touched, in the order of first touch.
  const std::vector<AccountRecord>& accounts() const { return accounts_; }
  const std::vector<std::pair<U128, PendingRow>>& pendings() const { return pendings_; }
  const std::vector<LedgerTotalsRow>& all_totals() const { return totals_; }

 private:
  void move(const Parties& parties, const Movement& movement);
  void add_pending(const TransferRecord& record);
  void resolve_pending(Slot pending, v1::PendingState state);

  const store::Reader& reader_;
  TenantId tenant_;
  std::uint64_t batch_time_us_;
  absl::flat_hash_map<U128, Slot> account_slots_;
  absl::flat_hash_map<U128, Slot> pending_slots_;
  std::vector<AccountRecord> accounts_;
  std::vector<std::pair<U128, PendingRow>> pendings_;
  std::vector<LedgerTotalsRow> totals_;

  // Rows as they were, newest last.
  bool marked_ = false;
  std::vector<std::pair<Slot, AccountRecord>> old_accounts_;
  std::vector<std::pair<Slot, PendingRow>> old_pendings_;
  std::vector<LedgerTotalsRow> old_totals_;
  std::vector<U128> new_pendings_;
};

}  // namespace florin::ledger
