// Executor: where work runs. An I/O thread, the lane, or a simulator's scheduler.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/time.h"

namespace florin {

using Work = std::move_only_function<void()>;

// A pending Executor::post_after. Destroying it does not cancel.
class TimerHandle {
 public:
  virtual ~TimerHandle() = default;
  // After this returns on the executor's own thread, the work will not run. Calling it twice or late does no harm.
  virtual void cancel() = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` soon on the executor's thread, never inside this call. Thread-safe.
  virtual void post(Work work) = 0;
  // Runs `work` on the executor's thread after `delay`. Thread-safe.
  virtual std::shared_ptr<TimerHandle> post_after(Duration delay, Work work) = 0;
};

// Completion<T>: a one-shot hand-over from any thread to a coroutine.
//
//   Completion<Reply> done(executor);
//   lane.submit(command, [completer = done.completer()](Reply r) mutable { completer(std::move(r)); });
//   Reply reply = co_await done;
//
// The first value wins, later ones are dropped. The coroutine resumes on `executor`. The completer may outlive the
// Completion.
template <class T>
class Completion {
  struct Shared;

 public:
  explicit Completion(Executor& executor) : shared_(std::make_shared<Shared>(executor)) {}

  class Completer {
   public:
    void operator()(T value) const {
      std::coroutine_handle<> waiting;
      {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->value || shared_->abandoned) return;
        shared_->value.emplace(std::move(value));
        waiting = std::exchange(shared_->waiting, nullptr);
      }
      if (waiting) {
        shared_->executor.post([shared = shared_, waiting] {
          if (!shared->abandoned) waiting.resume();
        });
      }
    }

   private:
    friend class Completion;
    explicit Completer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    std::shared_ptr<Shared> shared_;
  };

  ~Completion() {
    if (!shared_) return;
    const std::lock_guard lock(shared_->mutex);
    shared_->abandoned = true;
  }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  Completer completer() const { return Completer(shared_); }

  bool await_ready() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->value.has_value();
  }
  bool await_suspend(std::coroutine_handle<> handle) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->value) return false;
    shared_->waiting = handle;
    return true;
  }
  T await_resume() { return std::move(*shared_->value); }

 private:
  struct Shared {
    explicit Shared(Executor& e) : executor(e) {}
    std::mutex mutex;
    Executor& executor;
    std::optional<T> value;
    std::coroutine_handle<> waiting;
    bool abandoned = false;  // written and read on the executor's thread, or under the mutex
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace florin
