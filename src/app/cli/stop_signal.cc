#include "app/cli/stop_signal.h"

#include <signal.h>
#include <unistd.h>

namespace florin::app {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void StopSignal::wait() const {
  const sigset_t signals = stop_signals();
  int received = 0;
  sigwait(&signals, &received);
}

void StopSignal::request() {
  kill(getpid(), SIGTERM);
}

}  // namespace florin::app
