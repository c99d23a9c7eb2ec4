#include "engine/lane_thread.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace florin::engine {
namespace {

// Longest sleep towards a due time: the wall clock may be set meanwhile.
constexpr Duration sleep_max = Duration::seconds(1);

}  // namespace

LaneThread::~LaneThread() {
  join();
}

LaneDriver LaneThread::driver() {
  return {
      .wake = [this] { wake(); },
      .flush =
          [this] {
            const std::lock_guard lock(mutex_);
            flush_asked_ = true;
            changed_.notify_all();
          },
  };
}

void LaneThread::start(Lane& lane) {
  lane_ = &lane;
  thread_ = std::thread([this] { drive(); });
  flusher_ = std::thread([this] { flush_when_asked(); });
}

void LaneThread::join() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (flusher_.joinable()) flusher_.join();
}

void LaneThread::wake() {
  const std::lock_guard lock(mutex_);
  if (woken_) return;
  woken_ = true;
  changed_.notify_all();
}

void LaneThread::drive() noexcept {
  pthread_setname_np(pthread_self(), "florin-lane");
  for (;;) {
    while (lane_->run()) {
    }
    {
      const std::lock_guard lock(mutex_);
      if (ending_ && !woken_ && lane_->idle()) return;
    }
    sleep();
  }
}

void LaneThread::sleep() {
  const auto due = lane_->next_due();
  const auto has_work = [this] { return woken_ || (ending_ && lane_->idle()); };
  std::unique_lock lock(mutex_);
  if (due) {
    const Duration left = std::clamp(*due - clock_.now(), Duration{}, sleep_max);
    changed_.wait_for(lock, std::chrono::microseconds(left.micros), has_work);
  } else {
    changed_.wait(lock, has_work);
  }
  woken_ = false;
}

void LaneThread::flush_when_asked() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return flush_asked_ || ending_; });
    if (ending_) return;
    flush_asked_ = false;
    lock.unlock();
    // A flush that fails now is tried again after the next stretch of journal; the journal has everything meanwhile.
    static_cast<void>(store_.flush());
    lock.lock();
  }
}

}  // namespace florin::engine
