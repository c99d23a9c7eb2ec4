// HashThread: where passwords are hashed: one thread of its own, because a hash takes a tenth of a second and much
// memory, which neither the lane nor an I/O thread may spend.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/executor.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "operators/secrets.h"

namespace florin::api {

class HashThread {
 public:
  // Hashes that wait; one more is refused. Together with the time one takes it bounds how often anybody can guess.
  static constexpr std::size_t queue_max = 32;

  // `cost` is that of new passwords, and of the comparison where there is no password. Tests take a small one.
  explicit HashThread(Random& random, crypto::ScryptCost cost = {});
  // Does what still waits, then ends.
  ~HashThread();
  HashThread(const HashThread&) = delete;
  HashThread& operator=(const HashThread&) = delete;

  // Both resume on `executor`. Errors: resource_exhausted (sign_in_busy).
  Task<Result<bool>> matches(Executor& executor, std::string password, std::optional<operators::v1::Password> stored);
  Task<Result<operators::v1::Password>> hash(Executor& executor, std::string password);

 private:
  // False where too many wait.
  bool enqueue(Work job);
  void run() noexcept;

  Random& random_;
  const crypto::ScryptCost cost_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace florin::api
