// Commands per second of the engine on a real disk, against what the disk can do at best. See docs/benchmarks.md.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "../lib/figures.h"
#include "../lib/process.h"
#include "bare_sync.h"
#include "closed_loop.h"
#include "disk/posix_disk.h"
#include "engine/partition.h"
#include "engine/testing/model.h"
#include "journal/segments/segment_journal.h"
#include "slow_disk.h"

namespace {

using namespace florin;

constexpr std::size_t clients_of_the_goal = 64;
// Five events, as a payment has, that take about 1.5 KB of the journal together.
constexpr int events_per_command = 5;
constexpr std::size_t note_bytes = 220;
constexpr std::uint64_t counters = 10'000;

engine::Decide five_changes(std::string counter) {
  return [counter = std::move(counter)](engine::Work& work) -> Result<std::string> {
    static const std::string note(note_bytes, 'n');
    for (int i = 1; i < events_per_command; ++i) RETURN_IF_ERROR(engine::model::change(counter, i, note)(work));
    return engine::model::change(counter, events_per_command, note)(work);
  };
}

// `name` keeps one loop's idempotency keys apart from another's.
bench::MakeCommand commands(std::string name) {
  return [name = std::move(name)](std::uint64_t number) {
    const std::string counter = fmt::format("counter_{}", number * 2'654'435'761 % counters);
    return engine::Command{
        engine::model::keyed_context(fmt::format("{}_{}", name, number), counter, 1), five_changes(counter), {}};
  };
}

struct Options {
  std::string json;
  int seconds = 5;
  std::vector<std::size_t> clients = {1, 8, 64, 256};
  int sync_delay_us = 0;
  std::string directory;
};

// A partition with its journal and state in a folder.
struct Engine {
  engine::Registry registry;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<engine::Partition> partition;  // last: it uses all of the above

  ~Engine() {
    if (partition) partition->shutdown();
  }
};

Status open(disk::Disk& disk, const std::string& directory, Engine& engine) {
  engine::model::add_to(engine.registry);
  ASSIGN_OR_RETURN(engine.journal,
                   journal::open_segment_journal(
                       {.disk = disk, .clock = system_clock(), .directory = directory + "/journal", .partition = 1}));
  ASSIGN_OR_RETURN(auto opened, store::open_store({.directory = directory + "/state"}));
  engine.store = std::move(opened.store);
  engine::PartitionOptions options;
  options.number = 1;
  options.version = "bench";
  options.journal = engine.journal.get();
  options.store = engine.store.get();
  options.registry = &engine.registry;
  ASSIGN_OR_RETURN(engine.partition, engine::open_partition(options));
  return ok();
}

struct Shares {
  double lane = 0;
  double journal = 0;
  double state = 0;
};

std::string limit_in_words(double ratio, const Shares& cpu) {
  const auto percent = [](double share) { return fmt::format("{:.0f} %", share * 100); };
  const std::string shares = fmt::format("lane thread {} of a core, state thread {}, journal thread {}",
                                         percent(cpu.lane), percent(cpu.state), percent(cpu.journal));
  if (cpu.lane > 0.8) return fmt::format("The next limit is the lane's thread ({}): deciding and applying.", shares);
  if (cpu.state > 0.8) return fmt::format("The next limit is the thread that writes the state ({}).", shares);
  if (cpu.journal > 0.8) return fmt::format("The next limit is the CPU of the journal's thread ({}).", shares);
  if (ratio >= 0.6)
    return fmt::format("The next limit is the disk: the threads mostly wait for it ({}); more clients per sync help.",
                       shares);
  return fmt::format(
      "No thread is busy ({}) and yet each sync carries fewer commands than there are clients: the "
      "limit is the way between the threads, or other programs on this machine.",
      shares);
}

class Measurement {
 public:
  Measurement(const Options& options, disk::Disk& disk, engine::Partition& partition)
      : options_(options), disk_(disk), partition_(partition) {}

  // The bare rate is measured before each load and after the last one, because disks change their mind.
  Status run() {
    for (const std::size_t clients : options_.clients) {
      RETURN_IF_ERROR(add_bare_syncs());
      measure(clients);
    }
    RETURN_IF_ERROR(add_bare_syncs());
    conclude();
    return figures_.write(options_.json);
  }

 private:
  Status add_bare_syncs() {
    const Duration slice{Duration::seconds(options_.seconds).micros / 4};
    ASSIGN_OR_RETURN(const auto count, bench::count_syncs(disk_, options_.directory + "/bare_sync", slice));
    bare_.syncs += count.syncs;
    bare_.seconds += count.seconds;
    return ok();
  }

  void measure(std::size_t clients) {
    bench::ClosedLoop loop(partition_, commands(fmt::format("key_{}", clients)), clients);
    const Duration whole = Duration::seconds(options_.seconds);
    const auto lane_thread = loop.run({whole.micros / 5}).lane_thread;
    const pid_t journal_thread = bench::thread_named("florin-journal").value_or(0);
    const pid_t state_thread = bench::thread_named("florin-state").value_or(0);
    const auto stats_before = partition_.stats();
    const double lane_before = bench::thread_cpu_seconds(lane_thread);
    const double journal_before = bench::thread_cpu_seconds(journal_thread);
    const double state_before = bench::thread_cpu_seconds(state_thread);
    const auto result = loop.run(whole);
    const auto stats = partition_.stats();
    const Shares cpu{(bench::thread_cpu_seconds(lane_thread) - lane_before) / result.seconds,
                     (bench::thread_cpu_seconds(journal_thread) - journal_before) / result.seconds,
                     (bench::thread_cpu_seconds(state_thread) - state_before) / result.seconds};
    const auto count = static_cast<double>(result.commands);
    const double rate = count / result.seconds;
    const double per_entry =
        count / static_cast<double>(std::max<std::uint64_t>(stats.entries - stats_before.entries, 1));
    const double bytes = static_cast<double>(stats.journal_bytes - stats_before.journal_bytes) / count;
    const auto add = [&](const char* name, double value) { figures_.add(fmt::format("{}_{}", name, clients), value); };
    add("commit_per_s", rate);
    add("commit_p50_us", result.latencies.percentile(0.5));
    add("commit_p99_us", result.latencies.percentile(0.99));
    add("commands_per_entry", per_entry);
    add("journal_bytes_per_command", bytes);
    add("cpu_lane", cpu.lane);
    add("cpu_journal", cpu.journal);
    add("cpu_state", cpu.state);
    if (clients == clients_of_the_goal) {
      goal_rate_ = rate;
      goal_cpu_ = cpu;
    }
    fmt::print(
        "{:>4} clients: {:>7.0f} commands/s   p50 {} us, p99 {} us   {:.1f} commands per entry, {:.0f} B of "
        "journal per command   CPU lane {:.2f}, state {:.2f}, journal {:.2f}\n",
        clients, rate, result.latencies.percentile(0.5), result.latencies.percentile(0.99), per_entry, bytes, cpu.lane,
        cpu.state, cpu.journal);
    std::fflush(stdout);
  }

  void conclude() {
    const double bare = static_cast<double>(bare_.syncs) / bare_.seconds;
    figures_.add("bare_sync_per_s", bare);
    fmt::print("bare disk: {:.0f} syncs/s of 4 KiB\n", bare);
    if (goal_rate_ == 0) return;
    const double ratio = goal_rate_ / (static_cast<double>(clients_of_the_goal) * bare);
    figures_.add(fmt::format("ratio_{}", clients_of_the_goal), ratio);
    fmt::print("{} clients reach {:.0f} % of {} times the bare rate.\n{}\n", clients_of_the_goal, ratio * 100,
               clients_of_the_goal, limit_in_words(ratio, goal_cpu_));
  }

  const Options& options_;
  disk::Disk& disk_;
  engine::Partition& partition_;
  bench::Figures figures_;
  bench::SyncCount bare_;
  double goal_rate_ = 0;
  Shares goal_cpu_;
};

Status run(const Options& options) {
  const auto slow = bench::slow_disk(disk::posix_disk(), Duration::microseconds(options.sync_delay_us));
  disk::Disk& disk = options.sync_delay_us > 0 ? *slow : disk::posix_disk();
  Engine engine;
  RETURN_IF_ERROR(open(disk, options.directory, engine));
  return Measurement(options, disk, *engine.partition).run();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.directory = std::filesystem::current_path() / fmt::format("build/bench_commit.{}", getpid());
  CLI::App app("Commands per second of the engine on a real disk.");
  app.add_option("--json", options.json, "Write the figures to this file too");
  app.add_option("--seconds", options.seconds, "Measured for each number of clients; default 5")
      ->check(CLI::Range(1, 3600));
  app.add_option("--clients", options.clients, "Default 1,8,64,256")->delimiter(',')->check(CLI::Range(1, 10'000));
  app.add_option("--sync-delay-us", options.sync_delay_us, "Let each sync take so much longer, as on a slower disk")
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--directory", options.directory, "Scratch folder on the disk to be measured; removed at the end");
  CLI11_PARSE(app, argc, argv);
  if (std::filesystem::exists(options.directory)) {
    fmt::print(stderr, "{} exists; give a folder that does not.\n", options.directory);
    return 1;
  }
  std::filesystem::create_directories(options.directory);
  const auto status = run(options);
  std::filesystem::remove_all(options.directory);
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().to_string());
  return 1;
}
