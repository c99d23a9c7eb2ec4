// A journal in memory, for the simulator and for tests. Its content lives in a MemoryStore, which several journals may
// open one after the other (restart) or at once (fencing).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/executor.h"
#include "journal/journal.h"

namespace florin::journal {

// Thread-safe. Always owned by a shared_ptr; its journals and cursors share it.
//
// An append completes (becomes durable, or fails) inside Journal::append; or on the executor, if there is one; or,
// after hold_appends, when complete is called.
class MemoryStore : public std::enable_shared_from_this<MemoryStore> {
 public:
  struct Options {
    Partition partition = 0;
    Executor* executor = nullptr;  // outlives the store
    int appends_in_flight_max = 2;
  };
  explicit MemoryStore(Options options) : options_(options) {}

  // From now on appends wait for complete, in the order of their coming.
  void hold_appends();
  // Completes the waiting ones and ends hold_appends.
  void release_appends();
  // How many appends wait.
  std::size_t waiting() const;
  // Completes the `count` oldest waiting appends.
  void complete(std::size_t count);
  // The next append to complete fails with `error`, and its entry is not stored.
  void fail_next(Error error);
  // The process dies: of the waiting appends the first `survivors` become durable, the others vanish; no `durable` is
  // called for either. Journals opened before fail from then on with failed_precondition (journal_fenced).
  void crash(std::size_t survivors);
  // Changes a stored byte: xors the one at `offset` of the record of entry `sequence` with `mask`. Both must exist.
  void flip_byte(std::uint64_t sequence, std::size_t offset, std::uint8_t mask);

 private:
  friend class MemoryJournal;
  friend class MemoryCursor;

  // One open journal.
  struct Owner {
    std::uint64_t epoch = 0;
    int in_flight = 0;
    std::uint64_t generation = 0;
    std::optional<Error> failure;
  };
  struct Waiting {
    std::shared_ptr<Owner> owner;
    Entry entry;
    Durable durable;
  };

  void append(std::shared_ptr<Owner> owner, Entry entry, Durable durable);
  // Completes up to `count` of the waiting appends. `durable` runs without the lock; what it appends waits its turn.
  void drain(std::size_t count);
  Status store(Owner& owner, const Entry& entry);
  bool held() const;

  const Options options_;
  mutable std::mutex mutex_;
  std::deque<std::string> records_;  // entry n is records_[n - 1]
  Tip tip_;
  std::uint64_t epoch_ = 0;  // the highest given out
  std::uint64_t generation_ = 0;
  std::deque<Waiting> waiting_;
  std::optional<Error> next_failure_;
  bool holding_ = false;
  bool draining_ = false;
};

std::unique_ptr<Journal> open_memory_journal(std::shared_ptr<MemoryStore> store);

}  // namespace florin::journal
