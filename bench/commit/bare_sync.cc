#include "bare_sync.h"

namespace florin::bench {
namespace {

constexpr std::uint64_t block_bytes = 4096;
constexpr std::uint64_t file_bytes = std::uint64_t{16} << 20;

Result<std::unique_ptr<disk::File>> open_written(disk::Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(const bool exists, disk.exists(path));
  ASSIGN_OR_RETURN(auto file, disk.open(path, disk::OpenMode::create_or_open));
  if (!exists) {
    RETURN_IF_ERROR(file->write_zeros(0, file_bytes));
    RETURN_IF_ERROR(file->sync());
  }
  return file;
}

}  // namespace

Result<SyncCount> count_syncs(disk::Disk& disk, const std::string& path, Duration duration) {
  ASSIGN_OR_RETURN(const auto file, open_written(disk, path));
  const std::string block(block_bytes, 'x');
  const Clock& clock = system_clock();
  const Duration begin = clock.elapsed();
  SyncCount count;
  Duration taken;
  for (std::uint64_t offset = 0; taken < duration; offset = (offset + block_bytes) % file_bytes) {
    RETURN_IF_ERROR(file->pwrite(offset, block));
    RETURN_IF_ERROR(file->sync_data());
    ++count.syncs;
    taken = clock.elapsed() - begin;
  }
  count.seconds = static_cast<double>(taken.micros) / 1e6;
  return count;
}

}  // namespace florin::bench
