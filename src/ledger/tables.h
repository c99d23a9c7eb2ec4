// The ledger's rows in the state, and how they are read. Only apply functions write them.
//
// Transfers are stored as runs, not row by row: one row holds up to 64 records of a batch in recorded order, one row up
// to 64 lines of an account's history, one row the place of each transfer by id. A batch is one TransfersPosted event;
// its transfers have consecutive recorded times, so a place in a batch is also a time.
//
//   accounts                  tenant, account id                     AccountRecord
//   accounts_by_path          tenant, path, 0, ledger name, 0        account id
//   account_details           tenant, account id                     path, 0, ledger name
//   transfers                 tenant, transfer id                    TransferPlace
//   transfer_chunks           tenant, time of the first              up to 64 TransferRecord
//   transfers_by_account      tenant, account id, time of the first  batch time, up to 64 HistoryLine
//   transfers_by_transaction  tenant, transaction id, first time     TransferRun
//   pending_transfers         tenant, transfer id                    PendingRow
//   pending_by_due            tenant, batch time, due, transfer id   nothing; only those still pending, with a timeout
//   ledger_totals             tenant, ledger number                  LedgerTotalsRow
//   ledger_clock              -                                      the greatest recorded time of the partition
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/account_record.h"
#include "ledger/transfer_record.h"
#include "store/reader.h"
#include "store/table_ids.h"

namespace florin::ledger {

// The most records of a chunk, and lines of a history row.
inline constexpr std::size_t chunk_size = 64;

// A key of parts of fixed size, without an allocation. Integers are big-endian, so their order is the order of the
// keys.
class RowKey {
 public:
  explicit RowKey(store::TableId table) { bytes_[size_++] = static_cast<char>(table); }
  RowKey(store::TableId table, TenantId tenant) : RowKey(table) {
    u64(tenant.position.partition_and_sequence).u32(tenant.position.index);
  }
  RowKey& u64(std::uint64_t value) { return put(std::byteswap(value)); }
  RowKey& u32(std::uint32_t value) { return put(std::byteswap(value)); }
  RowKey& id(U128 value) { return u64(value.hi).u64(value.lo); }
  std::string_view view() const { return {bytes_.data(), size_}; }
  std::string string() const { return std::string(view()); }

 private:
  template <class Integer>
  RowKey& put(Integer big_endian) {
    std::memcpy(bytes_.data() + size_, &big_endian, sizeof(big_endian));
    size_ += sizeof(big_endian);
    return *this;
  }
  std::array<char, 64> bytes_;
  std::size_t size_ = 0;
};

// Where a transfer stands: the first recorded time of its batch, and how many came before it in the batch.
struct TransferPlace {
  std::uint64_t batch_time_us = 0;
  std::uint32_t offset = 0;
  std::uint32_t reserved = 0;
};

// Consecutive transfers of one batch with the same transaction id.
struct TransferRun {
  std::uint64_t batch_time_us = 0;
  std::uint32_t offset = 0;
  std::uint32_t count = 0;
};

struct HistoryLine {
  U128 net_debit;  // the account's posted debits minus credits after the transfer, two's complement
  std::uint32_t offset = 0;
  std::uint32_t reserved = 0;
};

// A transfer that was made pending, and what became of it.
struct PendingRow {
  U128 debit_account_id;
  U128 credit_account_id;
  std::uint64_t amount_minor = 0;
  std::uint64_t batch_time_us = 0;
  std::uint64_t due_us = 0;  // when it times out; 0 for never
  std::uint32_t ledger = 0;
  std::uint32_t state = 0;  // v1::PendingState
};

// One ledger of a tenant: the sums over its accounts, kept with every transfer.
struct LedgerTotalsRow {
  Balances balances;
  std::uint64_t accounts = 0;
  std::uint32_t ledger = 0;
  char name[20] = {};  // ended by a zero unless it fills the field

  std::string_view name_text() const { return {name, ::strnlen(name, sizeof(name))}; }
};

struct AccountDetails {
  std::string path;
  std::string ledger;
};

static_assert(std::has_unique_object_representations_v<TransferPlace> &&
              std::has_unique_object_representations_v<TransferRun>);
static_assert(std::has_unique_object_representations_v<HistoryLine> && sizeof(HistoryLine) == 24);
static_assert(std::has_unique_object_representations_v<PendingRow> && sizeof(PendingRow) == 64);
static_assert(std::has_unique_object_representations_v<LedgerTotalsRow> && sizeof(LedgerTotalsRow) == 96);

template <class Row>
Row decode_row(std::string_view bytes) {
  CHECK(bytes.size() == sizeof(Row));
  Row row;
  std::memcpy(&row, bytes.data(), sizeof(row));
  return row;
}

template <class Row>
std::optional<Row> get_row(const store::Reader& reader, const RowKey& key) {
  const auto bytes = reader.get(key.view());
  if (!bytes) return std::nullopt;
  return decode_row<Row>(*bytes);
}

template <class Row>
void put_row(store::Writer& writer, const RowKey& key, const Row& row) {
  writer.put(key.view(), {reinterpret_cast<const char*>(&row), sizeof(row)});
}

std::optional<AccountRecord> find_account(const store::Reader& reader, TenantId tenant, U128 id);
std::optional<U128> find_account_id(const store::Reader& reader, TenantId tenant, std::string_view path,
                                    std::string_view ledger);
// CHECKs that the account is there.
AccountDetails account_details(const store::Reader& reader, TenantId tenant, U128 id);

std::optional<TransferRecord> find_transfer(const store::Reader& reader, TenantId tenant, U128 id);
std::optional<PendingRow> find_pending(const store::Reader& reader, TenantId tenant, U128 id);
std::optional<LedgerTotalsRow> find_totals(const store::Reader& reader, TenantId tenant, std::uint32_t ledger);
// The greatest recorded time of the partition so far; 0 before the first transfer.
std::uint64_t last_recorded_time(const store::Reader& reader);

// Keys of accounts_by_path: of one account, and of all whose paths start so.
std::string path_key(TenantId tenant, std::string_view path, std::string_view ledger);
std::string path_prefix_key(TenantId tenant, std::string_view path_prefix);
std::string encode_details(const AccountDetails& details);
AccountDetails decode_details(std::string_view bytes);

// The records of a chunk, the lines of a history row. CHECK whole records.
std::vector<TransferRecord> decode_chunk(std::string_view bytes);
struct HistoryRow {
  std::uint64_t batch_time_us = 0;
  std::vector<HistoryLine> lines;
};
HistoryRow decode_history(std::string_view bytes);

// Reads transfers by place and keeps the last chunk, so that neighbours cost nothing.
class ChunkReader {
 public:
  ChunkReader(const store::Reader& reader, TenantId tenant) : reader_(reader), tenant_(tenant) {}
  // CHECKs that it is there.
  const TransferRecord& at(std::uint64_t batch_time_us, std::uint32_t offset);

 private:
  const store::Reader& reader_;
  TenantId tenant_;
  std::uint64_t chunk_time_us_ = 0;
  std::vector<TransferRecord> chunk_;
};

}  // namespace florin::ledger
