#include "app/server/storage.h"

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

Result<Storage> open_storage(const StorageOptions& options) {
  Storage storage;
  disk::Disk& disk = disk::posix_disk();
  RETURN_IF_ERROR(disk.make_directory(options.directory));
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
