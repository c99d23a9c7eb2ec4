// What Linux says about a process (or a thread of this one), read from /proc; and ChildProcess, a program under
// measurement.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace florin::bench {

// Everything since the process started; zero for a process that is gone.
struct Usage {
  double cpu_seconds = 0;           // in the kernel's ticks of 10 ms
  std::uint64_t bytes_written = 0;  // what it made the file system write to the device; needs the same user
};
Usage usage_of(pid_t process);
// CPU seconds of a thread of this process.
double thread_cpu_seconds(pid_t thread);
// The thread of this process that has this name.
std::optional<pid_t> thread_named(const std::string& name);
// Resident memory in bytes.
std::uint64_t resident_bytes(pid_t process);
std::optional<pid_t> child_of(pid_t parent);
bool is_alive(pid_t process);

// Killed (SIGKILL) by its destructor, and with the thread that started it.
class ChildProcess {
 public:
  // Its output, both kinds, is appended to the file `output`.
  static Result<ChildProcess> start(const std::vector<std::string>& words, const std::string& output);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t id() const { return id_; }
  // True once it has ended by itself.
  bool has_ended();
  // SIGKILL, and waits for its end.
  void kill();

 private:
  explicit ChildProcess(pid_t id) : id_(id) {}

  pid_t id_ = 0;  // 0: ended or moved from
};

// The end of a loop that waits for another process; there is no event to wait for.
void pause_before_looking_again();

}  // namespace florin::bench
