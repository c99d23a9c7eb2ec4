#include "ledger/transfer_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"

namespace florin::ledger {
namespace {

constexpr unsigned scale_max = 18;

bool is_asset_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::uint32_t ledger_number(std::string_view ledger) {
  const std::uint32_t number = crc32c(ledger);
  return number == 0 ? 1 : number;
}

bool is_ledger_name(std::string_view ledger) {
  const auto slash = ledger.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view asset = ledger.substr(0, slash);
  const std::string_view scale = ledger.substr(slash + 1);
  if (asset.size() < 2 || asset.size() > 16 || !std::ranges::all_of(asset, is_asset_letter)) return false;
  if (asset[0] < 'A' || asset[0] > 'Z') return false;
  if (scale.empty() || scale.size() > 2 || !std::ranges::all_of(scale, is_digit)) return false;
  if (scale.size() == 1) return true;
  return scale[0] != '0' && static_cast<unsigned>((scale[0] - '0') * 10 + (scale[1] - '0')) <= scale_max;
}

Result<std::vector<TransferRecord>> unpack_transfers(std::string_view packed) {
  constexpr std::size_t size = sizeof(TransferRecord);
  if (packed.empty() || packed.size() % size != 0 || packed.size() > batch_transfers_max * size) {
    return invalid_argument("packed_transfers_invalid",
                            fmt::format("Send 1 to {} whole records of {} bytes; these are {} bytes.",
                                        batch_transfers_max, size, packed.size()))
        .with_violation("packed", "must be whole 128-byte records");
  }
  std::vector<TransferRecord> records(packed.size() / size);
  std::memcpy(records.data(), packed.data(), packed.size());
  return records;
}

std::string_view pack_transfers(std::span<const TransferRecord> records) {
  return {reinterpret_cast<const char*>(records.data()), records.size_bytes()};
}

}  // namespace florin::ledger
