#include "http/testing/manual_executor.h"

#include <atomic>

namespace florin::http {

class ManualExecutor::Timer final : public TimerHandle {
 public:
  explicit Timer(Work work) : work_(std::move(work)) {}
  void cancel() override { canceled_ = true; }
  void fire() {
    if (!canceled_) work_();
  }

 private:
  Work work_;
  std::atomic<bool> canceled_ = false;
};

void ManualExecutor::post(Work work) {
  // Notified under the lock: the test may destroy the executor as soon as it has seen the work.
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  posted_.notify_one();
}

std::shared_ptr<TimerHandle> ManualExecutor::post_after(Duration delay, Work work) {
  auto timer = std::make_shared<Timer>(std::move(work));
  const std::lock_guard lock(mutex_);
  timers_.emplace(now_ + delay, timer);
  return timer;
}

bool ManualExecutor::run_one() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return false;
    work = std::move(queue_.front());
    queue_.pop_front();
  }
  work();
  return true;
}

std::size_t ManualExecutor::run() {
  std::size_t count = 0;
  while (run_one()) ++count;
  return count;
}

void ManualExecutor::advance(Duration by) {
  const Duration until = now_ + by;
  run();
  for (;;) {
    std::shared_ptr<Timer> due;
    {
      const std::lock_guard lock(mutex_);
      const auto first = timers_.begin();
      if (first == timers_.end() || first->first > until) break;
      now_ = first->first;
      due = first->second;
      timers_.erase(first);
    }
    due->fire();
    run();
  }
  const std::lock_guard lock(mutex_);
  now_ = until;
}

void ManualExecutor::run_until(const std::function<bool()>& done) {
  while (!done()) {
    if (run_one()) continue;
    std::unique_lock lock(mutex_);
    posted_.wait(lock, [this] { return !queue_.empty(); });
  }
}

}  // namespace florin::http
