// Measures the lane: commands of 5 events and about 12 net writes, each under an idempotency key, in a closed loop from
// callbacks on the lane's thread, so that nothing but the engine, the store and the journal is measured.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "disk/posix_disk.h"
#include "engine/partition.h"
#include "engine/testing/model.h"
#include "journal/memory/memory_journal.h"
#include "journal/segments/segment_journal.h"

namespace {

using namespace florin;

struct Options {
  std::uint64_t commands = 200'000;
  std::uint64_t clients = 512;
  std::uint64_t counters = 10'000;
  std::string directory;  // empty: journal and state in memory
  bool state_on_disk = false;
  bool journal_on_disk = false;
  std::string json;
};

engine::Decide five_changes(std::string counter) {
  return [counter = std::move(counter)](engine::Work& work) -> Result<std::string> {
    for (int i = 1; i < 5; ++i) RETURN_IF_ERROR(engine::model::change(counter, i, "a short note for people")(work));
    return engine::model::change(counter, 5, "a short note for people")(work);
  };
}

// Keeps `clients` commands in flight until all are answered.
class Loop {
 public:
  Loop(engine::Partition& partition, const Options& options) : partition_(partition), options_(options) {}

  void run() {
    for (std::uint64_t i = 0; i < options_.clients; ++i) submit();
    done_.get_future().wait();
  }

 private:
  void submit() {
    const std::uint64_t number = submitted_++;
    if (number >= options_.commands) return;
    const std::string counter = "counter_" + std::to_string(number * 2'654'435'761 % options_.counters);
    partition_.submit({engine::model::keyed_context("key_" + std::to_string(number), counter, 15),
                       five_changes(counter), [this](const Result<engine::CommandReply>& reply) {
                         CHECK(reply.ok(), "{}", reply.error().to_string());
                         if (++answered_ == options_.commands) {
                           done_.set_value();
                         } else {
                           submit();
                         }
                       }});
  }

  engine::Partition& partition_;
  const Options& options_;
  std::atomic<std::uint64_t> submitted_ = 0;
  std::uint64_t answered_ = 0;  // on the lane's thread
  std::promise<void> done_;
};

std::int64_t cpu_micros() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

void measure(const Options& options) {
  engine::Registry registry;
  engine::model::add_to(registry);
  std::unique_ptr<journal::Journal> journal = journal::open_memory_journal(
      std::make_shared<journal::MemoryStore>(journal::MemoryStore::Options{.partition = 1}));
  if (options.journal_on_disk) {
    journal = *journal::open_segment_journal({.disk = disk::posix_disk(),
                                              .clock = system_clock(),
                                              .directory = options.directory + "/journal",
                                              .partition = 1});
  }
  auto store = store::open_store({.directory = options.directory + "/state", .in_memory = !options.state_on_disk});
  CHECK(store.ok());
  engine::PartitionOptions partition_options;
  partition_options.number = 1;
  partition_options.version = "bench";
  partition_options.journal = journal.get();
  partition_options.store = store->store.get();
  partition_options.registry = &registry;
  auto partition = *engine::open_partition(partition_options);

  const auto begin = system_clock().elapsed();
  const auto cpu_begin = cpu_micros();
  Loop(*partition, options).run();
  const double seconds = static_cast<double>((system_clock().elapsed() - begin).micros) / 1e6;
  const double cpu_seconds = static_cast<double>(cpu_micros() - cpu_begin) / 1e6;
  const auto stats = partition->stats();
  partition->shutdown();

  const auto count = static_cast<double>(options.commands);
  const nlohmann::json figures = {
      {"commands_per_s", count / seconds},
      {"commands_per_cpu_s", count / cpu_seconds},
      {"commands_per_entry", count / static_cast<double>(stats.entries)},
      {"journal_bytes_per_command", static_cast<double>(stats.journal_bytes) / count},
  };
  fmt::print("{}\n", figures.dump(2));
  if (!options.json.empty()) std::ofstream(options.json) << figures.dump() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Measures the lane.");
  app.add_option("--commands", options.commands);
  app.add_option("--clients", options.clients, "commands in flight");
  app.add_option("--counters", options.counters, "different rows that change");
  app.add_option("--directory", options.directory, "for what is on disk; emptied first");
  app.add_flag("--state-on-disk", options.state_on_disk);
  app.add_flag("--journal-on-disk", options.journal_on_disk);
  app.add_option("--json", options.json, "write the figures here too");
  CLI11_PARSE(app, argc, argv);
  if (options.directory.empty())
    options.directory = (std::filesystem::temp_directory_path() / "florin_bench_engine").string();
  std::filesystem::remove_all(options.directory);
  std::filesystem::create_directories(options.directory);
  measure(options);
  std::filesystem::remove_all(options.directory);
}
