#include "app/server/storage.h"

#include <fmt/format.h>

#include "disk/posix_disk.h"
#include "journal/segments/segment_journal.h"

namespace florin::app {

std::string journal_directory(const std::string& data_directory) {
  return data_directory + "/journal";
}

std::string state_directory(const std::string& data_directory) {
  return data_directory + "/state";
}

std::string program_name() {
  return "florin " FLORIN_VERSION;
}

namespace {

// RocksDB does not survive a disk that fills up while it opens.
constexpr std::uint64_t free_bytes_min = 16u << 20;

Status has_room(disk::Disk& disk, const std::string& directory) {
  ASSIGN_OR_RETURN(const std::uint64_t free_bytes, disk.free_bytes(directory));
  if (free_bytes >= free_bytes_min) return ok();
  return resource_exhausted(
      "disk_full",
      fmt::format("Only {} MiB are free on the disk of {}; {} MiB are needed to start. Free some space.",
                  free_bytes >> 20, directory, free_bytes_min >> 20),
      std::nullopt);
}

}  // namespace

Result<Storage> open_storage(const StorageOptions& options) {
  Storage storage;
  disk::Disk& disk = disk::posix_disk();
  RETURN_IF_ERROR(disk.make_directory(options.directory));
  RETURN_IF_ERROR(has_room(disk, options.directory));
  ASSIGN_OR_RETURN(storage.journal,
                   journal::open_segment_journal({.disk = disk,
                                                  .clock = system_clock(),
                                                  .directory = journal_directory(options.directory),
                                                  .partition = partition_number,
                                                  .segment_bytes = std::uint64_t{options.segment_mb} << 20,
                                                  .program = program_name()}));
  store::StoreOptions state;
  state.directory = state_directory(options.directory);
  state.block_cache_bytes = std::size_t{options.cache_mb} << 20;
  ASSIGN_OR_RETURN(auto opened, store::open_store(state));
  storage.store = std::move(opened.store);
  storage.state_was_rebuilt = opened.rebuilt;
  return storage;
}

}  // namespace florin::app
