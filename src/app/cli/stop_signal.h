// StopSignal: SIGINT and SIGTERM, waited for by the main thread instead of interrupting anyone.
#pragma once

namespace florin::app {

class StopSignal {
 public:
  // Blocks the signals for this thread and those it starts: make it before any thread. SIGPIPE is ignored from then on.
  StopSignal();

  // Returns when the process is asked to stop, or when `request` was called.
  void wait() const;
  // From any thread.
  static void request();
};

}  // namespace florin::app
