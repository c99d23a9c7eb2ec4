#include "app/server/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

#include "telemetry/log.h"

namespace florin::app {
namespace {

// What the child prints, on a line of its own, when it listens.
constexpr std::string_view announcement = "listening";
constexpr int start_retries_max = 10;
// Between an end and the next start; a child that lived this long did not fail at starting.
constexpr Duration restart_wait_min = Duration::milliseconds(100);
constexpr Duration restart_wait_max = Duration::seconds(30);
constexpr Duration healthy_life = Duration::seconds(5);

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A group of its own: Ctrl-C is for the platform, which then ends this one.
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(out, STDOUT_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

// The child's first line of output; empty if it ends without one.
std::string read_line(int fd) {
  std::string line;
  std::array<char, 256> buffer{};
  while (line.find('\n') == std::string::npos) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return {};
    line.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return line.substr(0, line.find('\n'));
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(ChildProcessOptions options) {
  std::unique_ptr<ChildProcess> process(new ChildProcess(std::move(options)));
  Status spawned = process->spawn();
  // The child of a platform that was killed a moment ago may still be on its way out, with its port and its lock.
  for (int retry = 0; !spawned.ok() && retry < start_retries_max; ++retry) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    nanosleep(&pause, nullptr);  // allow(sleep): nothing tells when another process has let go
    spawned = process->spawn();
  }
  RETURN_IF_ERROR(std::move(spawned));
  process->addresses_ = process->options_.listen;
  // PR_SET_PDEATHSIG fires when the thread that forked ends: that is the caller's, which lives as long as the program,
  // for the first child, and the supervisor's for those after it.
  process->supervisor_ = std::thread([raw = process.get()] { raw->supervise(); });
  return process;
}

ChildProcess::~ChildProcess() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (child_ > 0) kill(child_, SIGTERM);
  }
  stop_.notify_all();
  if (supervisor_.joinable()) supervisor_.join();
}

Error ChildProcess::failed(std::string_view what) const {
  return unavailable(options_.reason, fmt::format("The {} did not start: {}", options_.name, what));
}

Status ChildProcess::spawn() {
  std::vector<std::string> words = options_.arguments(options_.listen);
  words.insert(words.begin(), options_.program);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return failed("no pipe could be made.");
  const pid_t child = fork();
  if (child == 0) become(argv.data(), pipe_ends[1]);
  close(pipe_ends[1]);
  set_child(std::max(child, 0));
  std::vector<std::string> told = words_of(child > 0 ? read_line(pipe_ends[0]) : std::string());
  close(pipe_ends[0]);
  if (child < 0) return failed("no process could be made.");
  if (told.size() != options_.listen.size() + 1 || told.front() != announcement) {
    set_child(0);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return failed("see the line it wrote above.");
  }
  told.erase(told.begin());
  // A child that is started again must be found where the first one was.
  options_.listen = std::move(told);
  return ok();
}

void ChildProcess::set_child(int child) {
  const std::lock_guard lock(mutex_);
  child_ = child;
  // It was asked to stop while this child was being started.
  if (stopping_ && child > 0) kill(child, SIGTERM);
}

bool ChildProcess::forget_child() {
  const std::lock_guard lock(mutex_);
  child_ = 0;
  ++restarts_;
  return stopping_;
}

ChildProcess::Report ChildProcess::report() const {
  const std::lock_guard lock(mutex_);
  return {.running = child_ > 0, .restarts = restarts_};
}

ChildProcess::End ChildProcess::wait_for_end() const {
  const Duration started = system_clock().elapsed();
  End end;
  // Only the supervisor changes child_ once there is one.
  while (waitpid(child_, &end.status, 0) < 0 && errno == EINTR) {
  }
  end.lived = system_clock().elapsed() - started;
  return end;
}

bool ChildProcess::pause(Duration pause) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, std::chrono::microseconds(pause.micros), [this] { return stopping_; });
}

void ChildProcess::supervise() noexcept {
  Duration wait = restart_wait_min;
  while (true) {
    if (child_ > 0) {
      const End end = wait_for_end();
      if (forget_child()) return;
      if (end.lived >= healthy_life) wait = restart_wait_min;
      telemetry::log_warn("a child process ended; starting it again",
                          {{"process", options_.name}, {"status", fmt::format("{}", end.status)}});
    }
    if (!pause(wait)) return;
    wait = std::min(Duration{wait.micros * 2}, restart_wait_max);
    if (const auto spawned = spawn(); !spawned.ok()) {
      telemetry::log_error("a child process did not start again; trying again",
                           {{"process", options_.name}, {"detail", spawned.error().message()}});
    }
  }
}

}  // namespace florin::app
