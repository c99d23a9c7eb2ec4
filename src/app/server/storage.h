// The data directory: journal, state, and who may use it.
//
//   <directory>/journal   segment files: the truth
//   <directory>/state     derived from the journal; may be removed while no process runs
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "journal/journal.h"
#include "store/store.h"

namespace florin::app {

struct StorageOptions {
  std::string directory;
  std::uint32_t segment_mb = 64;
  std::uint32_t cache_mb = 96;
};

struct Storage {
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<store::Store> store;
  bool state_was_rebuilt = false;
};

inline constexpr std::uint16_t partition_number = 0;

// Opens both. Errors: those of the disk, the journal and the store, each of which says what to do.
Result<Storage> open_storage(const StorageOptions& options);

std::string journal_directory(const std::string& data_directory);
std::string state_directory(const std::string& data_directory);

// "florin 0.1.0".
std::string program_name();

}  // namespace florin::app
