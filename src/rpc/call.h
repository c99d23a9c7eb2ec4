// Call: one call of a method, for as long as its handler runs, which may be longer than its exchange lives.
#pragma once

#include <google/protobuf/arena.h>

#include <atomic>
#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "rpc/call_ends.h"
#include "rpc/context.h"

namespace florin::rpc {

// How the call ended, as far as its caller is concerned: by its handler, its deadline, or because the caller went. The
// first wins. On the call's executor.
class Outcome {
 public:
  // Resumes who awaits. Does nothing where the outcome is known.
  void settle(Status value) {
    if (value_) return;
    value_.emplace(std::move(value));
    if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
  }
  bool settled() const { return value_.has_value(); }

  bool await_ready() const { return settled(); }
  void await_suspend(std::coroutine_handle<> handle) { waiting_ = handle; }
  Status await_resume() const { return *value_; }

 private:
  std::optional<Status> value_;
  std::coroutine_handle<> waiting_;
};

struct Call {
  Call(Context::Start start, std::shared_ptr<std::atomic<std::size_t>> counter)
      : context(std::move(start)), running(std::move(counter)) {
    running->fetch_add(1, std::memory_order_relaxed);
  }
  ~Call() { running->fetch_sub(1, std::memory_order_release); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Context context;
  CallEnds ends;
  Outcome outcome;
  google::protobuf::Arena arena;  // holds the request of a unary call
  std::shared_ptr<std::atomic<std::size_t>> running;
};

}  // namespace florin::rpc
