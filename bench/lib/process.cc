#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace florin::bench {
namespace {

// The fields of a stat file after the name, which may hold spaces: [0] is the state, [1] the parent, [11] and [12] the
// ticks in user and system mode. See proc(5).
std::vector<std::string> stat_fields(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double cpu_seconds(const std::string& stat_path) {
  const auto fields = stat_fields(stat_path);
  if (fields.size() < 13) return 0;
  const auto ticks = std::stoull(fields[11]) + std::stoull(fields[12]);
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The number after "name:" in a file of such lines; 0 if it is not there.
std::uint64_t field_of(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  }
  return 0;
}

std::string proc(pid_t process) {
  return "/proc/" + std::to_string(process);
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

}  // namespace

Usage usage_of(pid_t process) {
  return {cpu_seconds(proc(process) + "/stat"), field_of(proc(process) + "/io", "write_bytes")};
}

double thread_cpu_seconds(pid_t thread) {
  return cpu_seconds("/proc/self/task/" + std::to_string(thread) + "/stat");
}

std::optional<pid_t> thread_named(const std::string& name) {
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", gone)) {
    std::ifstream file(entry.path() / "comm");
    std::string found;
    if (std::getline(file, found) && found == name) return std::stoi(entry.path().filename());
  }
  return std::nullopt;
}

std::uint64_t resident_bytes(pid_t process) {
  return field_of(proc(process) + "/status", "VmRSS") * 1024;
}

std::optional<pid_t> child_of(pid_t parent) {
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto fields = stat_fields(entry.path() / "stat");
    if (fields.size() > 1 && fields[1] == std::to_string(parent)) return std::stoi(name);
  }
  return std::nullopt;
}

bool is_alive(pid_t process) {
  const auto fields = stat_fields(proc(process) + "/stat");
  return !fields.empty() && fields[0] != "Z" && fields[0] != "X";
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& words, const std::string& output) {
  const int file = open(output.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return unavailable("output_not_opened", "Cannot write " + output + ".");
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) become(argv.data(), file);
  close(file);
  if (child < 0) return unavailable("process_not_made", "No process could be made.");
  return ChildProcess(child);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}

ChildProcess::~ChildProcess() {
  kill();
}

bool ChildProcess::has_ended() {
  if (id_ != 0 && waitpid(id_, nullptr, WNOHANG) == id_) id_ = 0;
  return id_ == 0;
}

void ChildProcess::kill() {
  if (id_ == 0) return;
  ::kill(id_, SIGKILL);
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  id_ = 0;
}

void pause_before_looking_again() {
  const timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
  nanosleep(&pause, nullptr);  // allow(sleep): another process's progress sends no event
}

}  // namespace florin::bench
