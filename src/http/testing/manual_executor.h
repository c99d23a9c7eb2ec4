// ManualExecutor: an Executor whose work runs when the test says so, on the thread that says so, in virtual time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "base/executor.h"

namespace florin::http {

// post and post_after may be called from any thread; the rest belongs to the test's thread.
class ManualExecutor final : public Executor {
 public:
  void post(Work work) override;
  // The delay passes only in advance().
  std::shared_ptr<TimerHandle> post_after(Duration delay, Work work) override;

  // Runs what is posted, and what that posts, until nothing is left. Gives the number of works run.
  std::size_t run();
  // Lets virtual time pass: runs the timers that fall due, in order, and what they post.
  void advance(Duration by);
  // Runs work, waiting for other threads to post it, until `done` holds. Use where the code under test really has
  // threads.
  void run_until(const std::function<bool()>& done);

 private:
  class Timer;
  bool run_one();

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Work> queue_;
  std::multimap<Duration, std::shared_ptr<Timer>> timers_;  // by due time
  Duration now_;
};

}  // namespace florin::http
