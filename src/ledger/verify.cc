#include "ledger/verify.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/book.h"
#include "ledger/tables.h"
#include "store/key.h"

namespace florin::ledger {
namespace {

namespace table_id = store::table_id;

constexpr std::size_t tenant_size = 12;

struct Sums {
  Uint128 debits_pending = 0;
  Uint128 debits_posted = 0;
  Uint128 credits_pending = 0;
  Uint128 credits_posted = 0;

  void add(const Balances& balances) {
    debits_pending += balances.debits_pending.value();
    debits_posted += balances.debits_posted.value();
    credits_pending += balances.credits_pending.value();
    credits_posted += balances.credits_posted.value();
  }
  bool equals(const Balances& balances) const {
    return debits_pending == balances.debits_pending.value() && debits_posted == balances.debits_posted.value() &&
           credits_pending == balances.credits_pending.value() && credits_posted == balances.credits_posted.value();
  }
};

struct LedgerSums {
  Sums sums;
  std::uint64_t accounts = 0;
};

// A pending transfer, and what its transfers make of it.
struct FoldedPending {
  U128 debit_account_id;
  U128 credit_account_id;
  std::uint64_t amount_minor = 0;
  std::uint32_t ledger = 0;
  bool has_timeout = false;
  v1::PendingState state = v1::PENDING_STATE_PENDING;
};

// One account: as it stands, and as its transfers make it.
struct Folded {
  AccountRecord stands;
  Sums sums;
  std::uint64_t transfers = 0;
};

class TenantCheck {
 public:
  TenantCheck(const store::Reader& reader, TenantId tenant) : reader_(reader), tenant_(tenant) {}

  Status run() {
    load_accounts();
    RETURN_IF_ERROR(fold_transfers());
    RETURN_IF_ERROR(check_pending());
    RETURN_IF_ERROR(check_due());
    RETURN_IF_ERROR(check_accounts());
    RETURN_IF_ERROR(check_totals());
    return check_histories();
  }

 private:
  template <class... Args>
  Error wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return data_loss("ledger_inconsistent", fmt::format("Tenant {}: {}.", tenant_.to_string(),
                                                        fmt::format(format, std::forward<Args>(args)...)));
  }

  std::unique_ptr<store::Scan> scan(store::TableId table) const {
    const std::string prefix = RowKey(table, tenant_).string();
    return reader_.scan({prefix, store::prefix_end(prefix)});
  }

  // The part of the key behind table and tenant.
  static std::string_view rest_of(const store::Scan& scan) { return scan.key().substr(1 + tenant_size); }

  void load_accounts() {
    for (const auto rows = scan(table_id::accounts); rows->valid(); rows->next()) {
      const auto account = decode_row<AccountRecord>(rows->value());
      accounts_[account.id].stands = account;
    }
  }

  Status fold_transfers() {
    std::uint64_t last_us = 0;
    for (const auto rows = scan(table_id::transfer_chunks); rows->valid(); rows->next()) {
      for (const TransferRecord& record : decode_chunk(rows->value())) {
        if (record.recorded_time_us <= last_us) return wrong("transfer {} is out of order", record.id.hex());
        last_us = record.recorded_time_us;
        RETURN_IF_ERROR(fold(record));
      }
    }
    std::uint64_t ids = 0;
    for (const auto rows = scan(table_id::transfers); rows->valid(); rows->next()) ++ids;
    if (ids != transfers_) return wrong("{} transfers, but {} ids", transfers_, ids);
    return ok();
  }

  Status fold(const TransferRecord& record) {
    ++transfers_;
    const auto place = get_row<TransferPlace>(reader_, RowKey(table_id::transfers, tenant_).id(record.id));
    if (!place || place->batch_time_us + place->offset != record.recorded_time_us) {
      return wrong("the id of transfer {} leads elsewhere", record.id.hex());
    }
    std::uint64_t reserved = 0;
    if (record.has(transfer_flag::pending)) {
      pending_[record.id] = {record.debit_account_id, record.credit_account_id, record.amount_minor, record.ledger,
                             record.timeout_s != 0};
    }
    if (record.has(transfer_flag::resolving)) {
      const auto pending = pending_.find(record.pending_id);
      if (pending == pending_.end() || pending->second.state != v1::PENDING_STATE_PENDING) {
        return wrong("transfer {} resolves what is not pending", record.id.hex());
      }
      reserved = pending->second.amount_minor;
      pending->second.state =
          record.has(transfer_flag::post_pending) ? v1::PENDING_STATE_POSTED : v1::PENDING_STATE_VOIDED;
    }
    if (!move(record, movement_of(record, reserved))) {
      return wrong("transfer {} is between accounts that do not match", record.id.hex());
    }
    ++accounts_[record.debit_account_id].transfers;
    ++accounts_[record.credit_account_id].transfers;
    return ok();
  }

  // `transfer` has accounts and a ledger. False if they do not belong together.
  bool move(const auto& transfer, const Movement& movement) {
    const auto debit = accounts_.find(transfer.debit_account_id);
    const auto credit = accounts_.find(transfer.credit_account_id);
    if (debit == accounts_.end() || credit == accounts_.end() || debit == credit ||
        debit->second.stands.ledger != transfer.ledger || credit->second.stands.ledger != transfer.ledger) {
      return false;
    }
    Sums& from = debit->second.sums;
    Sums& to = credit->second.sums;
    from.debits_pending += movement.reserve;
    from.debits_pending -= movement.release;
    from.debits_posted += movement.post;
    to.credits_pending += movement.reserve;
    to.credits_pending -= movement.release;
    to.credits_posted += movement.post;
    return true;
  }

  Status check_pending() {
    std::uint64_t rows_seen = 0;
    for (const auto rows = scan(table_id::pending_transfers); rows->valid(); rows->next(), ++rows_seen) {
      const U128 id = U128::load(rest_of(*rows).data());
      const auto row = decode_row<PendingRow>(rows->value());
      const auto folded = pending_.find(id);
      if (folded == pending_.end()) return wrong("transfer {} is pending but does not exist", id.hex());
      FoldedPending& pending = folded->second;
      // Only a timeout leaves no transfer behind.
      if (row.state == v1::PENDING_STATE_TIMED_OUT && pending.state == v1::PENDING_STATE_PENDING &&
          pending.has_timeout) {
        move(pending, {.release = pending.amount_minor});
        pending.state = v1::PENDING_STATE_TIMED_OUT;
      }
      if (row.state != static_cast<std::uint32_t>(pending.state) || row.amount_minor != pending.amount_minor) {
        return wrong("the state of pending transfer {} is not what became of it", id.hex());
      }
      if (pending.state == v1::PENDING_STATE_PENDING && row.due_us != 0) ++due_;
    }
    if (rows_seen != pending_.size()) return wrong("{} pending transfers, but {} states", pending_.size(), rows_seen);
    return ok();
  }

  Status check_due() const {
    std::uint64_t rows_seen = 0;
    for (const auto rows = scan(table_id::pending_by_due); rows->valid(); rows->next()) ++rows_seen;
    if (rows_seen != due_) return wrong("{} transfers wait for a timeout, but {} due times", due_, rows_seen);
    return ok();
  }

  Status check_accounts() {
    for (const auto rows = scan(table_id::accounts); rows->valid(); rows->next()) {
      const Folded& account = accounts_.find(U128::load(rest_of(*rows).data()))->second;
      if (!account.sums.equals(account.stands.balances) || account.transfers != account.stands.transfers) {
        return wrong("account {} is not the fold of its transfers", account.stands.id.hex());
      }
      if (!account.stands.within_limits()) return wrong("account {} passes its limit", account.stands.id.hex());
      LedgerSums& ledger = ledgers_[account.stands.ledger];
      ledger.sums.add(account.stands.balances);
      ++ledger.accounts;
    }
    return ok();
  }

  Status check_totals() const {
    std::size_t rows_seen = 0;
    for (const auto rows = scan(table_id::ledger_totals); rows->valid(); rows->next(), ++rows_seen) {
      const auto row = decode_row<LedgerTotalsRow>(rows->value());
      const auto ledger = ledgers_.find(row.ledger);
      if (ledger == ledgers_.end() || !ledger->second.sums.equals(row.balances) ||
          ledger->second.accounts != row.accounts) {
        return wrong("the totals of {} are not the sums of its accounts", row.name_text());
      }
      if (row.balances.debits_posted != row.balances.credits_posted ||
          row.balances.debits_pending != row.balances.credits_pending) {
        return wrong("debits and credits of {} differ", row.name_text());
      }
    }
    if (rows_seen != ledgers_.size()) return wrong("{} ledgers, but {} totals", ledgers_.size(), rows_seen);
    return ok();
  }

  Status check_histories() const {
    absl::flat_hash_map<U128, std::pair<std::uint64_t, U128>> histories;  // lines, and the last one's balance
    for (const auto rows = scan(table_id::transfers_by_account); rows->valid(); rows->next()) {
      auto& [lines, last] = histories[U128::load(rest_of(*rows).data())];
      const HistoryRow row = decode_history(rows->value());
      lines += row.lines.size();
      last = row.lines.back().net_debit;
    }
    for (const auto rows = scan(table_id::accounts); rows->valid(); rows->next()) {
      const auto account = decode_row<AccountRecord>(rows->value());
      const auto history = histories.find(account.id);
      const std::pair<std::uint64_t, U128> there =
          history == histories.end() ? std::pair<std::uint64_t, U128>{} : history->second;
      if (there.first != account.transfers || there.second != U128::of(static_cast<Uint128>(account.net_debit()))) {
        return wrong("the history of account {} does not end at its balance", account.id.hex());
      }
    }
    return ok();
  }

  const store::Reader& reader_;
  const TenantId tenant_;
  absl::flat_hash_map<U128, Folded> accounts_;
  absl::flat_hash_map<U128, FoldedPending> pending_;
  std::map<std::uint32_t, LedgerSums> ledgers_;
  std::uint64_t transfers_ = 0;
  std::uint64_t due_ = 0;
};

// The tenant of the first account at or after `from`, a key of accounts.
std::optional<TenantId> next_tenant(const store::Reader& reader, const std::string& from) {
  const std::string table = RowKey(table_id::accounts).string();
  const auto rows = reader.scan({from, store::prefix_end(table)});
  if (!rows->valid()) return std::nullopt;
  CHECK(rows->key().size() > tenant_size);
  return TenantId{Position{load_u64_be(rows->key().data() + 1), load_u32_be(rows->key().data() + 9)}};
}

}  // namespace

Status verify_ledger(const store::Reader& reader) {
  std::string from = RowKey(table_id::accounts).string();
  while (const auto tenant = next_tenant(reader, from)) {
    RETURN_IF_ERROR(TenantCheck(reader, *tenant).run());
    from = store::prefix_end(RowKey(table_id::accounts, *tenant).view());
  }
  return ok();
}

}  // namespace florin::ledger
