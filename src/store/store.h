// Store: the committed state of one partition in RocksDB, derived from the journal and therefore without a log of its
// own.
//
// Everything lives in one column family, so that a flush is one atomic prefix of history; the applied position is
// written with each batch. After a crash the state is what was last flushed, and the journal is replayed from there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/reader.h"

namespace florin::store {

// The net writes of one journal entry, in key order; nothing for an erased key.
using WriteSet = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct EntryWrites {
  std::uint64_t sequence = 0;  // of the journal entry
  const WriteSet* writes = nullptr;
};

// First 16 bytes of SHA-256 over the writes: for each, key length (u32), key, 1 and value length (u32) and value, or 0.
std::string digest(const WriteSet& writes);

struct StoreOptions {
  std::string directory;
  // Keeps the state in memory only, for tests and the simulator; `directory` is a name then.
  bool in_memory = false;
  // Upper bounds in bytes.
  std::size_t block_cache_bytes = 96u << 20;
  std::size_t write_buffer_bytes = 24u << 20;
};

// A moment of committed state. Thread-safe; holds back garbage collection while it lives, so keep it short.
class Snapshot : public Reader {
 public:
  // The journal sequence of the last entry this state contains.
  virtual std::uint64_t sequence() const = 0;
};

// Destroying a store does not flush it; it closes with its last snapshot.
class Store {
 public:
  virtual ~Store() = default;

  // The journal sequence of the last entry that is in the state; 0 for an empty one.
  virtual std::uint64_t applied() const = 0;
  // Applies entries in order as one change, of which nobody sees a part. The first must be applied() + 1, each the
  // next. One thread. A write that the disk below refuses ends the process, as a failed read does: what is decided next
  // must not miss these entries.
  virtual void apply(std::span<const EntryWrites> entries) = 0;
  void apply(const WriteSet& writes, std::uint64_t sequence) {
    const EntryWrites entry{sequence, &writes};
    apply(std::span(&entry, 1));
  }
  // Reads the newest committed state without a snapshot. Thread-safe; a scan sees what was there when it began.
  virtual const Reader& latest() const = 0;
  // Thread-safe.
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  // Writes everything applied so far to disk. Thread-safe.
  virtual Status flush() = 0;
  // Not ok from the first failure of the disk below on, which may come before any write is refused: disk_full,
  // disk_not_writable, disk_failed, state_damaged. The journal has all, so nothing is lost: stop, and start again once
  // the cause is mended. Cheap, thread-safe; to be asked before each `apply`.
  virtual Status health() const = 0;
};

// Opens or makes the state. State of another `state_format`, or state that RocksDB finds damaged, is removed and made
// anew (the caller replays the journal); `rebuilt` tells. Errors: disk_full, disk_not_writable, data_directory_locked.
struct OpenedStore {
  std::unique_ptr<Store> store;
  bool rebuilt = false;
};
Result<OpenedStore> open_store(const StoreOptions& options);

}  // namespace florin::store
