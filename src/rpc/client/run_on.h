// run_on: a task on another executor, and back.
#pragma once

#include <utility>

#include "base/executor.h"
#include "base/task.h"

namespace florin::rpc {

// Runs `task` on `there`; whoever awaits resumes on `here`.
//
//   auto reply = co_await run_on(client.executor(), context.executor(), client.unary<Reply>(method, request));
template <class T>
Task<T> run_on(Executor& there, Executor& here, Task<T> task) {
  Completion<T> done(here);
  there.post([task = std::move(task), completer = done.completer()]() mutable { start(std::move(task), completer); });
  co_return co_await done;
}

}  // namespace florin::rpc
