#include "ledger/tables.h"

namespace florin::ledger {
namespace {

template <class Row>
std::vector<Row> decode_rows(std::string_view bytes) {
  CHECK(!bytes.empty() && bytes.size() % sizeof(Row) == 0);
  std::vector<Row> rows(bytes.size() / sizeof(Row));
  std::memcpy(rows.data(), bytes.data(), bytes.size());
  return rows;
}

}  // namespace

namespace table_id = store::table_id;

std::optional<AccountRecord> find_account(const store::Reader& reader, TenantId tenant, U128 id) {
  return get_row<AccountRecord>(reader, RowKey(table_id::accounts, tenant).id(id));
}

std::optional<U128> find_account_id(const store::Reader& reader, TenantId tenant, std::string_view path,
                                    std::string_view ledger) {
  const auto bytes = reader.get(path_key(tenant, path, ledger));
  if (!bytes) return std::nullopt;
  CHECK(bytes->size() == sizeof(U128));
  return U128::load(bytes->data());
}

AccountDetails account_details(const store::Reader& reader, TenantId tenant, U128 id) {
  const auto bytes = reader.get(RowKey(table_id::account_details, tenant).id(id).view());
  CHECK(bytes, "account {} has no details", id.hex());
  return decode_details(*bytes);
}

std::optional<TransferRecord> find_transfer(const store::Reader& reader, TenantId tenant, U128 id) {
  const auto place = get_row<TransferPlace>(reader, RowKey(table_id::transfers, tenant).id(id));
  if (!place) return std::nullopt;
  return ChunkReader(reader, tenant).at(place->batch_time_us, place->offset);
}

std::optional<PendingRow> find_pending(const store::Reader& reader, TenantId tenant, U128 id) {
  return get_row<PendingRow>(reader, RowKey(table_id::pending_transfers, tenant).id(id));
}

std::optional<LedgerTotalsRow> find_totals(const store::Reader& reader, TenantId tenant, std::uint32_t ledger) {
  return get_row<LedgerTotalsRow>(reader, RowKey(table_id::ledger_totals, tenant).u32(ledger));
}

std::uint64_t last_recorded_time(const store::Reader& reader) {
  return get_row<std::uint64_t>(reader, RowKey(table_id::ledger_clock)).value_or(0);
}

std::string path_key(TenantId tenant, std::string_view path, std::string_view ledger) {
  std::string key = path_prefix_key(tenant, path);
  key.push_back('\0');
  key += ledger;
  key.push_back('\0');
  return key;
}

std::string path_prefix_key(TenantId tenant, std::string_view path_prefix) {
  return RowKey(table_id::accounts_by_path, tenant).string() + std::string(path_prefix);
}

std::string encode_details(const AccountDetails& details) {
  std::string bytes = details.path;
  bytes.push_back('\0');
  bytes += details.ledger;
  return bytes;
}

AccountDetails decode_details(std::string_view bytes) {
  const auto end = bytes.find('\0');
  CHECK(end != std::string_view::npos);
  return {std::string(bytes.substr(0, end)), std::string(bytes.substr(end + 1))};
}

std::vector<TransferRecord> decode_chunk(std::string_view bytes) {
  return decode_rows<TransferRecord>(bytes);
}

HistoryRow decode_history(std::string_view bytes) {
  CHECK(bytes.size() > sizeof(std::uint64_t));
  return {decode_row<std::uint64_t>(bytes.substr(0, sizeof(std::uint64_t))),
          decode_rows<HistoryLine>(bytes.substr(sizeof(std::uint64_t)))};
}

const TransferRecord& ChunkReader::at(std::uint64_t batch_time_us, std::uint32_t offset) {
  const std::size_t index = offset % chunk_size;
  const std::uint64_t chunk_time_us = batch_time_us + offset - index;
  if (chunk_.empty() || chunk_time_us != chunk_time_us_) {
    const auto bytes = reader_.get(RowKey(table_id::transfer_chunks, tenant_).u64(chunk_time_us).view());
    CHECK(bytes, "no transfers at {}", chunk_time_us);
    chunk_ = decode_chunk(*bytes);
    chunk_time_us_ = chunk_time_us;
  }
  CHECK(index < chunk_.size());
  return chunk_[index];
}

}  // namespace florin::ledger
