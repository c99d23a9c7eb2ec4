#include "journal/segments/lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"

namespace florin::journal {
namespace {

constexpr std::string_view lease_magic = "FLORINLE";
constexpr std::uint16_t lease_format = 1;
constexpr std::size_t lease_bytes = 28;

template <class Value>
void put(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string encode(Partition partition, std::uint64_t epoch) {
  std::string out(lease_magic);
  put(out, lease_format);
  put(out, partition);
  put(out, std::uint32_t{0});
  put(out, epoch);
  put(out, crc32c(out));
  return out;
}

Result<std::uint64_t> stored_epoch(disk::Disk& disk, const std::string& path, Partition partition) {
  auto bytes = disk::read_file(disk, path, lease_bytes);
  if (!bytes.ok() && bytes.error().code() == Code::not_found) return std::uint64_t{0};
  if (!bytes.ok()) return std::move(bytes).error();
  std::uint64_t epoch = 0;
  if (bytes->size() == lease_bytes) std::memcpy(&epoch, bytes->data() + 16, sizeof(epoch));
  if (*bytes != encode(partition, epoch)) {
    return data_loss(
        "journal_corrupt",
        fmt::format("The lease file {} of partition {} does not verify. Make sure that no florin process uses this "
                    "directory, then remove the file: the next epoch is then taken from the last entry.",
                    path, partition));
  }
  return epoch;
}

}  // namespace

Result<std::uint64_t> take_lease(disk::Disk& disk, const std::string& directory, Partition partition,
                                 std::uint64_t at_least) {
  const std::string path = disk::join(directory, "lease");
  ASSIGN_OR_RETURN(const std::uint64_t stored, stored_epoch(disk, path, partition));
  const std::uint64_t epoch = std::max(stored, at_least) + 1;
  RETURN_IF_ERROR(disk::write_file_atomically(disk, path, encode(partition, epoch)));
  return epoch;
}

}  // namespace florin::journal
