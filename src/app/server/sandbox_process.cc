#include "app/server/sandbox_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "telemetry/log.h"

namespace florin::app {
namespace {

// What the child prints, on a line of its own, when it listens.
constexpr std::string_view announcement = "listening ";
constexpr int restarts_max = 100;
constexpr int start_retries_max = 10;

Error sandbox_psp_failed(std::string message) {
  return unavailable("sandbox_psp_failed", "The sandbox provider did not start: " + std::move(message));
}

std::vector<std::string> arguments(const SandboxProcessOptions& options) {
  std::vector<std::string> all = {options.program,
                                  "sandbox-psp",
                                  "--data",
                                  options.data_directory,
                                  "--listen",
                                  options.listen,
                                  "--api-key-file",
                                  options.api_key_file,
                                  "--webhook-secret-file",
                                  options.webhook_secret_file};
  if (!options.webhook_url.empty()) {
    all.emplace_back("--webhook-url");
    all.push_back(options.webhook_url);
  }
  return all;
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_sandbox(char* const* argv, int out) {
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

}  // namespace

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::start(SandboxProcessOptions options) {
  std::unique_ptr<SandboxProcess> process(new SandboxProcess(std::move(options)));
  Status spawned = process->spawn();
  // The provider of a platform that was killed a moment ago may still be on its way out, with its port and its lock.
  for (int retry = 0; !spawned.ok() && retry < start_retries_max; ++retry) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    nanosleep(&pause, nullptr);  // allow(sleep): nothing tells when another process has let go
    spawned = process->spawn();
  }
  RETURN_IF_ERROR(std::move(spawned));
  // PR_SET_PDEATHSIG fires when the thread that forked ends: that is the caller's, which lives as long as the program,
  // for the first child, and the supervisor's for those after it.
  process->supervisor_ = std::thread([raw = process.get()] { raw->supervise(); });
  return process;
}

SandboxProcess::~SandboxProcess() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (child_ > 0) kill(child_, SIGTERM);
  }
  if (supervisor_.joinable()) supervisor_.join();
}

Status SandboxProcess::spawn() {
  const auto words = arguments(options_);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return sandbox_psp_failed("no pipe could be made.");
  const pid_t child = fork();
  if (child == 0) become_sandbox(argv.data(), pipe_ends[1]);
  close(pipe_ends[1]);
  const std::string line = child > 0 ? read_line(pipe_ends[0]) : std::string();
  close(pipe_ends[0]);
  if (child < 0) return sandbox_psp_failed("no process could be made.");
  if (!line.starts_with(announcement)) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return sandbox_psp_failed("see the line it wrote above.");
  }
  const std::lock_guard lock(mutex_);
  child_ = child;
  // It was asked to stop while this child was being started.
  if (stopping_) kill(child, SIGTERM);
  address_ = line.substr(announcement.size());
  // A child that is started again must be found where the first one was.
  options_.listen = address_;
  return ok();
}

bool SandboxProcess::forget_child() {
  const std::lock_guard lock(mutex_);
  child_ = 0;
  return stopping_;
}

void SandboxProcess::supervise() noexcept {
  for (int restarts = 0; restarts < restarts_max; ++restarts) {
    int status = 0;
    // Only this thread changes child_ once there is a supervisor.
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    if (forget_child()) return;
    telemetry::log_warn("sandbox provider ended; starting it again", {{"status", fmt::format("{}", status)}});
    if (const auto spawned = spawn(); !spawned.ok()) {
      telemetry::log_error("sandbox provider did not start again", {{"detail", spawned.error().message()}});
      return;
    }
  }
}

}  // namespace florin::app
