#include "engine/state_writer.h"

#include <pthread.h>

#include <utility>

namespace florin::engine {

StateWriter::~StateWriter() {
  join();
}

void StateWriter::start(Applied applied) {
  applied_ = std::move(applied);
  thread_ = std::thread([this] { write_what_comes(); });
}

void StateWriter::apply(const store::WriteSet& writes, std::uint64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({sequence, &writes});
  }
  changed_.notify_one();
}

void StateWriter::join() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void StateWriter::write_what_comes() noexcept {
  pthread_setname_np(pthread_self(), "florin-state");
  std::vector<store::EntryWrites> entries;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      entries.clear();
      std::swap(entries, queue_);
    }
    // A state on a broken disk takes nothing any more; the journal has it all, and the next start replays it.
    Status health = store_.health();
    if (health.ok()) store_.apply(entries);
    applied_(entries.back().sequence, std::move(health));
  }
}

}  // namespace florin::engine
