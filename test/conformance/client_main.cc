// florin_conformance_client: the client under test of the Connect conformance suite. It reads cases from standard
// input, runs them all at once, and answers each on standard output as it ends.
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "caller.h"
#include "pipe.h"

namespace florin::conformance {
namespace {

int serve() {
  http::ClientThread thread;
  Caller caller(thread);
  std::mutex mutex;
  std::condition_variable answered;
  int open = 0;

  suite::ClientCompatRequest request;
  while (read_message(STDIN_FILENO, request)) {
    {
      const std::lock_guard lock(mutex);
      ++open;
    }
    thread.executor().post([&, one = request]() mutable {
      start(caller.answer(std::move(one)), [&](const suite::ClientCompatResponse& response) {
        const std::lock_guard lock(mutex);
        (void)write_message(STDOUT_FILENO, response);
        if (--open == 0) answered.notify_all();
      });
    });
    request.Clear();
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return open == 0; });
  return 0;
}

}  // namespace
}  // namespace florin::conformance

int main() {
  return florin::conformance::serve();
}
