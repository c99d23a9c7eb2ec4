#include "api/operators/hash_thread.h"

#include <utility>

namespace florin::api {
namespace {

Error busy() {
  return resource_exhausted("sign_in_busy", "Too many people sign in at this moment. Try again in a second.",
                            Duration::seconds(1));
}

}  // namespace

HashThread::HashThread(Random& random, crypto::ScryptCost cost)
    : random_(random), cost_(cost), thread_([this] { run(); }) {}

HashThread::~HashThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Task<Result<bool>> HashThread::matches(Executor& executor, std::string password,
                                       std::optional<operators::v1::Password> stored) {
  Completion<bool> done(executor);
  const bool taken =
      enqueue([this, completer = done.completer(), password = std::move(password), stored = std::move(stored)] {
        completer(operators::password_matches(password, stored, cost_));
      });
  if (!taken) co_return busy();
  co_return co_await done;
}

Task<Result<operators::v1::Password>> HashThread::hash(Executor& executor, std::string password) {
  Completion<operators::v1::Password> done(executor);
  const bool taken = enqueue([this, completer = done.completer(), password = std::move(password)] {
    completer(operators::hash_password(password, random_, cost_));
  });
  if (!taken) co_return busy();
  co_return co_await done;
}

bool HashThread::enqueue(Work job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= queue_max) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void HashThread::run() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Work job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace florin::api
