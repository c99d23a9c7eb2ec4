// Helpers for tests of servers: a handler from a function, and a flag between threads.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <utility>

#include "http/exchange.h"

namespace florin::http {

using Serve = std::function<Task<Unit>(Exchange&)>;

class FunctionHandler final : public Handler {
 public:
  explicit FunctionHandler(Serve serve) : serve_(std::move(serve)) {}
  Task<Unit> serve(Exchange& exchange) override { return serve_(exchange); }

 private:
  Serve serve_;
};

// A promise that many threads may look at.
class Flag {
 public:
  void set() { promise_.set_value(); }
  // False where it was not set for so long that it never will be.
  bool wait() { return future_.wait_for(std::chrono::seconds(20)) == std::future_status::ready; }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

}  // namespace florin::http
