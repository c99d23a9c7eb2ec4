// LaneThread: drives a lane on a thread of its own, and flushes the state on a second one so that the lane never waits
// for that.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/time.h"
#include "engine/lane.h"
#include "store/store.h"

namespace florin::engine {

class LaneThread {
 public:
  // Both must outlive this.
  LaneThread(const Clock& clock, store::Store& store) : clock_(clock), store_(store) {}
  ~LaneThread();
  LaneThread(const LaneThread&) = delete;
  LaneThread& operator=(const LaneThread&) = delete;

  // What to give to the lane.
  LaneDriver driver();
  // Begins to drive `lane`, which must outlive the thread. Once.
  void start(Lane& lane);
  // After Lane::close: waits until the lane is idle, and ends the threads. Does nothing the second time.
  void join();

 private:
  void drive() noexcept;
  void flush_when_asked() noexcept;
  void wake();
  void sleep();

  const Clock& clock_;
  store::Store& store_;
  Lane* lane_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool flush_asked_ = false;
  bool ending_ = false;
  std::thread thread_;
  std::thread flusher_;
};

}  // namespace florin::engine
