#include "ledger/apply.h"

#include <algorithm>
#include <span>

#include "ledger/book.h"
#include "ledger/tables.h"

namespace florin::ledger {
namespace {

namespace table_id = store::table_id;

RowKey due_key(TenantId tenant, U128 id, const PendingRow& row) {
  return RowKey(table_id::pending_by_due, tenant).u64(row.batch_time_us).u64(row.due_us).id(id);
}

// Conservation and limits, then everything the batch touched.
void write_book(const Book& book, TenantId tenant, store::Writer& writer) {
  for (const LedgerTotalsRow& totals : book.all_totals()) {
    CHECK(totals.balances.debits_posted == totals.balances.credits_posted);
    CHECK(totals.balances.debits_pending == totals.balances.credits_pending);
    put_row(writer, RowKey(table_id::ledger_totals, tenant).u32(totals.ledger), totals);
  }
  for (const AccountRecord& account : book.accounts()) {
    CHECK(account.within_limits(), "account {} passes its limit", account.id.hex());
    put_row(writer, RowKey(table_id::accounts, tenant).id(account.id), account);
  }
  for (const auto& [id, row] : book.pendings()) {
    put_row(writer, RowKey(table_id::pending_transfers, tenant).id(id), row);
    if (row.due_us == 0) continue;
    const RowKey key = due_key(tenant, id, row);
    if (row.state == v1::PENDING_STATE_PENDING) {
      writer.put(key.view(), {});
    } else {
      writer.erase(key.view());
    }
  }
}

// The lines that a batch adds to the history of each account, as one list per account within one vector.
class BatchHistory {
 public:
  explicit BatchHistory(std::size_t transfers) {
    links_.reserve(2 * transfers);
    ends_.reserve(2 * transfers);
  }

  void add(Slot account, const HistoryLine& line) {
    if (account >= ends_.size()) ends_.resize(account + 1);
    const auto link = static_cast<std::uint32_t>(links_.size());
    links_.push_back({line, none});
    Ends& ends = ends_[account];
    (ends.last == none ? ends.first : links_[ends.last].next) = link;
    ends.last = link;
  }

  void write(const Book& book, TenantId tenant, std::uint64_t batch_time_us, store::Writer& writer) const {
    std::string row;
    for (Slot account = 0; account < ends_.size(); ++account) {
      const U128 id = book.account_at(account).id;
      for (std::uint32_t link = ends_[account].first; link != none;) {
        const RowKey key =
            RowKey(table_id::transfers_by_account, tenant).id(id).u64(batch_time_us + links_[link].line.offset);
        row.assign(reinterpret_cast<const char*>(&batch_time_us), sizeof(batch_time_us));
        for (std::size_t n = 0; n < chunk_size && link != none; ++n, link = links_[link].next) {
          row.append(reinterpret_cast<const char*>(&links_[link].line), sizeof(HistoryLine));
        }
        writer.put(key.view(), row);
      }
    }
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Link {
    HistoryLine line;
    std::uint32_t next;
  };
  struct Ends {
    std::uint32_t first = none;
    std::uint32_t last = none;
  };
  std::vector<Link> links_;
  std::vector<Ends> ends_;  // by account slot
};

void post_record(Book& book, const TransferRecord& record) {
  const Parties parties{book.account(record.debit_account_id), book.account(record.credit_account_id),
                        book.totals(record.ledger)};
  CHECK(parties.debit != no_slot && parties.credit != no_slot && parties.totals != no_slot);
  CHECK(parties.debit != parties.credit);
  CHECK(book.account_at(parties.debit).ledger == record.ledger &&
        book.account_at(parties.credit).ledger == record.ledger);
  Slot pending = no_slot;
  std::uint64_t reserved = 0;
  if (record.has(transfer_flag::resolving)) {
    pending = book.pending(record.pending_id);
    CHECK(pending != no_slot);
    const PendingRow& row = book.pending_at(pending);
    CHECK(row.debit_account_id == record.debit_account_id && row.credit_account_id == record.credit_account_id);
    CHECK(record.amount_minor <= row.amount_minor);
    reserved = row.amount_minor;
  }
  CHECK(book.fits(parties.totals, movement_of(record, reserved)));
  book.post(record, parties, pending);
}

void write_transfers(std::span<const TransferRecord> records, TenantId tenant, store::Writer& writer) {
  const std::uint64_t batch_time_us = records.front().recorded_time_us;
  for (std::size_t begin = 0; begin < records.size(); begin += chunk_size) {
    const auto chunk = records.subspan(begin, std::min(chunk_size, records.size() - begin));
    writer.put(RowKey(table_id::transfer_chunks, tenant).u64(chunk.front().recorded_time_us).view(),
               pack_transfers(chunk));
  }
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    put_row(writer, RowKey(table_id::transfers, tenant).id(records[i].id), TransferPlace{batch_time_us, i, 0});
  }
  for (std::uint32_t begin = 0, end; begin < records.size(); begin = end) {
    const U128 transaction = records[begin].transaction_id;
    end = begin + 1;
    while (end < records.size() && records[end].transaction_id == transaction) ++end;
    if (transaction.is_zero()) continue;
    put_row(writer,
            RowKey(table_id::transfers_by_transaction, tenant).id(transaction).u64(records[begin].recorded_time_us),
            TransferRun{batch_time_us, begin, end - begin});
  }
}

AccountRecord new_account(const v1::AccountRecord& from, Timestamp time) {
  AccountRecord account;
  CHECK(from.id().size() == sizeof(U128));
  account.id = U128::load(from.id().data());
  account.overdraft_minor = from.overdraft_minor();
  account.created_time_us = static_cast<std::uint64_t>(time.micros);
  account.ledger = ledger_number(from.ledger());
  account.code = static_cast<std::uint16_t>(from.code());
  account.flags = static_cast<std::uint16_t>(from.flags());
  account.account_class = static_cast<std::uint8_t>(from.account_class());
  return account;
}

}  // namespace

void apply_accounts_created(const engine::EventContext& context, const v1::AccountsCreated& event,
                            store::Writer& writer) noexcept {
  const TenantId tenant = context.tenant;
  for (const v1::AccountRecord& from : event.accounts()) {
    const AccountRecord account = new_account(from, context.time);
    const RowKey key = RowKey(table_id::accounts, tenant).id(account.id);
    CHECK(!writer.get(key.view()), "account {} is there already", account.id.hex());
    put_row(writer, key, account);
    writer.put(path_key(tenant, from.path(), from.ledger()), account.id.bytes());
    writer.put(RowKey(table_id::account_details, tenant).id(account.id).view(),
               encode_details({from.path(), from.ledger()}));

    auto totals = find_totals(writer, tenant, account.ledger);
    if (!totals) {
      totals.emplace().ledger = account.ledger;
      CHECK(from.ledger().size() <= sizeof(totals->name));
      std::ranges::copy(from.ledger(), totals->name);
    }
    CHECK(totals->name_text() == from.ledger(), "two ledgers have the number {}", account.ledger);
    ++totals->accounts;
    put_row(writer, RowKey(table_id::ledger_totals, tenant).u32(account.ledger), *totals);
  }
}

void apply_transfers_posted(const engine::EventContext& context, const v1::TransfersPosted& event,
                            store::Writer& writer) noexcept {
  const TenantId tenant = context.tenant;
  const auto records = unpack_transfers(event.packed()).value();
  const std::uint64_t batch_time_us = records.front().recorded_time_us;
  CHECK(batch_time_us > last_recorded_time(writer));

  Book book(writer, tenant, batch_time_us);
  book.reserve(records.size());
  BatchHistory history(records.size());
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    const TransferRecord& record = records[i];
    CHECK(record.recorded_time_us == batch_time_us + i);
    post_record(book, record);
    for (const U128& id : {record.debit_account_id, record.credit_account_id}) {
      const Slot slot = book.account(id);
      history.add(slot, {U128::of(static_cast<Uint128>(book.account_at(slot).net_debit())), i, 0});
    }
  }
  write_book(book, tenant, writer);
  history.write(book, tenant, batch_time_us, writer);
  write_transfers(records, tenant, writer);
  put_row(writer, RowKey(table_id::ledger_clock), records.back().recorded_time_us);
}

void apply_pending_timed_out(const engine::EventContext& context, const v1::PendingTimedOut& event,
                             store::Writer& writer) noexcept {
  CHECK(event.transfer_id().size() == sizeof(U128));
  Book book(writer, context.tenant, 0);
  const Slot pending = book.pending(U128::load(event.transfer_id().data()));
  CHECK(pending != no_slot);
  book.time_out(pending);
  write_book(book, context.tenant, writer);
}

}  // namespace florin::ledger
