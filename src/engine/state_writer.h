// StateWriter: puts durable entries into the state on a thread of its own, so that the lane decides meanwhile. Whatever
// came while the last write ran goes in as one, in which a hot row is written once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace florin::engine {

class StateWriter {
 public:
  // All entries up to `sequence` are in the state, or it failed and takes none of them. On the writer's thread.
  using Applied = std::function<void(std::uint64_t sequence, Status status)>;

  // The store must outlive the writer; from now on nobody else writes to it.
  explicit StateWriter(store::Store& store) : store_(store) {}
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  // Once, before the first entry.
  void start(Applied applied);
  // `writes` must live until the entry is reported. Thread-safe; in the order of the entries.
  void apply(const store::WriteSet& writes, std::uint64_t sequence);
  // Writes what is queued, reports it, and ends the thread. Does nothing the second time.
  void join();

 private:
  void write_what_comes() noexcept;

  store::Store& store_;
  Applied applied_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<store::EntryWrites> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
