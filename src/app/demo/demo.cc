#include "app/demo/demo.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

#include "app/demo/player.h"
#include "app/demo/tie_out.h"
#include "base/time.h"

namespace florin::app {
namespace {

constexpr std::size_t failures_shown_max = 10;

int tell(const Error& error) {
  std::fprintf(stderr, "florin: %s (%s)\n", error.message().c_str(), error.reason().c_str());
  return 1;
}

// What all clients of one run share.
class Run {
 public:
  explicit Run(const DemoOptions& options)
      : options_(options), number_(static_cast<std::uint64_t>(system_clock().now().micros)) {}

  // One client: takes payments until none are left.
  void play(const Endpoints& endpoints) {
    auto player = Player::make(endpoints, number_);
    if (!player.ok()) return fail("connect", player.error());
    for (int index = next_++; index < options_.payments; index = next_++) {
      const Scene scene = scene_of(options_.seed, index);
      const auto played = (*player)->play(scene, index);
      if (played.ok()) {
        succeed(scene);
      } else {
        fail(scene.story.name, played.error());
      }
    }
  }

  bool failed() const { return failures_ > 0; }

  void report() const {
    std::printf("\n\n%-32s%10s\n", "story", "payments");
    for (const auto& [name, count] : by_story_) std::printf("%-32s%10d\n", std::string(name).c_str(), count);
    if (failures_ == 0) return;
    std::printf("\n%zu did not end as they must:\n", failures_);
    for (const std::string& line : shown_) std::printf("  %s\n", line.c_str());
  }

 private:
  void succeed(const Scene& scene) {
    const std::lock_guard lock(mutex_);
    ++by_story_[scene.story.name];
    ++done_;
    // A line for about every twentieth of the way.
    const int step = std::max(1, options_.payments / 20);
    if (done_ % step != 0 && done_ != options_.payments) return;
    std::printf("\r%d of %d payments", done_, options_.payments);
    std::fflush(stdout);
  }

  void fail(std::string_view name, const Error& error) {
    const std::lock_guard lock(mutex_);
    ++failures_;
    if (shown_.size() < failures_shown_max) shown_.push_back(fmt::format("{}: {}", name, error.to_string()));
  }

  const DemoOptions options_;
  const std::uint64_t number_;  // of this run, so that its idempotency keys are its own
  std::atomic<int> next_ = 0;
  std::mutex mutex_;
  int done_ = 0;
  std::size_t failures_ = 0;
  std::map<std::string_view, int> by_story_;
  std::vector<std::string> shown_;
};

}  // namespace

int run_demo(const DemoOptions& options) {
  const Endpoints endpoints = read_endpoints(options.data_directory);
  Run run(options);
  const Duration start = system_clock().elapsed();
  std::vector<std::thread> clients;
  for (int i = 0; i < options.clients; ++i) clients.emplace_back([&] { run.play(endpoints); });
  for (std::thread& client : clients) client.join();
  const Duration took = system_clock().elapsed() - start;
  run.report();
  std::printf("\n%d payments in %ld.%03ld s over %s\n\n", options.payments, took.to_seconds(),
              took.to_milliseconds() % 1000, endpoints.api.c_str());
  const int tied_out = run_tie_out(options.data_directory);
  return run.failed() ? 1 : tied_out;
}

int run_tie_out(const std::string& data_directory) {
  const auto result = tie_out(read_endpoints(data_directory));
  if (!result.ok()) return tell(result.error());
  std::fputs(result->to_string().c_str(), stdout);
  return result->is_zero() ? 0 : 1;
}

}  // namespace florin::app
