// ChildProcess: a role of this program that runs as a process of its own beside the platform: the sandbox provider, the
// vault. Started again when it dies; ended with its parent, however that ends.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace florin::app {

struct ChildProcessOptions {
  std::string name;     // for people: "sandbox provider"
  std::string reason;   // of the error where it does not start: "sandbox_psp_failed"
  std::string program;  // this program's own file
  // What it listens on, "127.0.0.1:0" for a free port. A child that is started again listens where the first one did.
  std::vector<std::string> listen;
  // Its arguments, given what it shall listen on.
  std::function<std::vector<std::string>(const std::vector<std::string>& listen)> arguments;
};

class ChildProcess {
 public:
  // Returns when the child listens: it then prints "listening" and its addresses, in the order of `listen`. Errors:
  // unavailable, with the reason of the options.
  static Result<std::unique_ptr<ChildProcess>> start(ChildProcessOptions options);
  // Ends the child and waits for it.
  ~ChildProcess();

  // "127.0.0.1:8090", with the real port.
  const std::string& address(std::size_t index = 0) const { return addresses_[index]; }

  struct Report {
    bool running = false;
    std::uint32_t restarts = 0;
  };
  // How it is at this moment. Thread-safe.
  Report report() const;

 private:
  explicit ChildProcess(ChildProcessOptions options) : options_(std::move(options)) {}

  // Starts a child and reads its addresses.
  Status spawn();
  Error failed(std::string_view what) const;
  // From now on this is the child; 0 for none.
  void set_child(int child);
  // After a child has ended, whose number may become another process's. True if that is as it should be.
  bool forget_child();
  // Waits for children to die and starts new ones, for as long as it takes: soon after one that lived, and after a
  // growing pause where one did not start or died at once.
  void supervise() noexcept;
  struct End {
    Duration lived;  // since it began to listen
    int status = 0;  // as waitpid tells it
  };
  End wait_for_end() const;
  // False if it is time to stop.
  bool pause(Duration pause);

  ChildProcessOptions options_;
  std::vector<std::string> addresses_;  // as of the first start
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  int child_ = 0;          // written under the mutex
  bool stopping_ = false;  // under the mutex
  std::uint32_t restarts_ = 0;
  std::thread supervisor_;
};

}  // namespace florin::app
