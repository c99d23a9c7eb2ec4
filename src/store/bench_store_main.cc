// Measures the store on disk the way a lane uses it: bench_store [entries] [directory].
//
// Each entry erases a queue row, writes 200 rows of about 100 bytes under hashed keys and one new queue row. Between
// entries the lane reads: rows that are there, rows that are not, and the head of the queue.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "base/encoding.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "store/key.h"
#include "store/store.h"

namespace {

using namespace florin;

constexpr std::size_t rows_per_entry = 200;
constexpr std::uint8_t row_table = 9;
constexpr std::uint8_t queue_table = 10;

std::string row_key(std::uint64_t number) {
  std::string bytes;
  put_u64_be(bytes, number);
  const auto hash = crypto::sha256(bytes);
  return store::Key().u8(row_table).raw(crypto::as_bytes(hash).substr(0, 16)).bytes();
}

std::string queue_key(std::uint64_t number) {
  return store::Key().u8(queue_table).u64(number).bytes();
}

store::WriteSet make_entry(std::uint64_t sequence) {
  store::WriteSet writes;
  for (std::size_t i = 0; i < rows_per_entry; ++i) {
    auto key = row_key(sequence * rows_per_entry + i);
    // Half of it compresses, as rows do.
    writes.emplace_back(key, key + key + std::string(50, 'r') + key.substr(1));
  }
  std::ranges::sort(writes);
  writes.emplace_back(queue_key(sequence - 1), std::nullopt);
  writes.emplace_back(queue_key(sequence), "queued");
  return writes;
}

struct Timing {
  void add(Duration time) { all.push_back(time.micros); }
  void print(const char* what) {
    std::ranges::sort(all);
    std::int64_t sum = 0;
    for (const auto micros : all) sum += micros;
    const auto at = [&](double share) {
      return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    fmt::print("{:<28} mean {:8.1f} us   p50 {:6}   p99 {:6}   p99.9 {:6}   max {:8}\n", what,
               static_cast<double>(sum) / static_cast<double>(all.size()), at(0.5), at(0.99), at(0.999), all.back());
  }
  std::vector<std::int64_t> all;
};

std::string resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS")) return line;
  }
  return {};
}

template <class Run>
void timed(Timing& timing, Run&& run) {
  const auto start = system_clock().elapsed();
  run();
  timing.add(system_clock().elapsed() - start);
}

void run(std::uint64_t entries, const std::string& directory) {
  auto opened = store::open_store({.directory = directory});
  CHECK(opened.ok(), "{}", opened.error().to_string());
  auto& state = *opened->store;
  Timing apply;
  Timing hits;
  Timing misses;
  Timing queue;
  Timing snapshots;
  const auto first = state.applied() + 1;
  const auto start = system_clock().elapsed();
  for (auto sequence = first; sequence < first + entries; ++sequence) {
    const auto writes = make_entry(sequence);
    timed(apply, [&] { state.apply(writes, sequence); });
    const auto old_row = row_key((sequence * 7'919) % (sequence * rows_per_entry) + rows_per_entry);
    timed(hits, [&] { CHECK(sequence < 3 || state.latest().get(old_row)); });
    timed(misses, [&] { CHECK(!state.latest().get(row_key(~sequence))); });
    timed(queue, [&] {
      CHECK(state.latest().scan({queue_key(0), store::prefix_end(store::Key().u8(queue_table).bytes())})->valid());
    });
    timed(snapshots, [&] { CHECK(state.snapshot()->sequence() == sequence); });
    CHECK(state.health().ok());
  }
  const auto seconds = static_cast<double>((system_clock().elapsed() - start).micros) / 1e6;
  Timing flush;
  timed(flush, [&] { CHECK(state.flush().ok()); });
  fmt::print("{} entries of {} rows in {:.1f} s: {:.0f} rows/s; {}\n", entries, rows_per_entry, seconds,
             static_cast<double>(entries * rows_per_entry) / seconds, resident());
  apply.print("apply");
  hits.print("get, there");
  misses.print("get, not there");
  queue.print("head of the queue");
  snapshots.print("snapshot");
  flush.print("flush");
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  const std::string directory = argc > 2 ? argv[2] : "/tmp/florin-bench-store";
  std::filesystem::remove_all(directory);
  run(entries, directory);
  std::filesystem::remove_all(directory);
}
