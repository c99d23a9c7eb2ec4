// Power cuts, failing syncs and cut writes at chance moments, by seed: everything acknowledged is there after
// reopening, in order, and nothing that was never appended.
#include <gtest/gtest.h>

#include <span>

#include "journal/segments/segment_log.h"
#include "journal/segments/testing.h"

namespace florin::journal {
namespace {

constexpr std::uint64_t segment_bytes = 12'000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435761 + 1) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;  // Knuth, MMIX
    return (state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

// Writes through SegmentLog, as the writer thread would, but in one thread, so that a seed always gives the same run.
class CrashRun {
 public:
  explicit CrashRun(std::uint64_t seed) : dice_(seed), disk_(seed) {
    CHECK(disk_.make_directory(journal_directory).ok());
  }

  void run() {
    for (int life = 0; life < 12; ++life) {
      if (!live()) return;
      // A process that ends alone leaves the disk's cache as it is; with the power that goes too.
      if (dice_.below(3) > 0) disk_.crash();
    }
    disk_.crash();
    const auto verified = verify_chain(disk_, journal_directory);
    ASSERT_TRUE(verified.ok()) << verified.error().to_string();
  }

 private:
  // One life of a process, up to its end by a fault. False if something is wrong.
  bool live() {
    arm_a_fault();
    auto log = SegmentLog::open(test_options(disk_, segment_bytes));
    if (!log.ok()) {
      EXPECT_EQ(log.error().reason(), "disk_failed") << log.error().to_string();
      return log.error().reason() == "disk_failed";
    }
    if (!check_recovered(**log)) return false;
    for (int i = 0; i < 60; ++i) {
      std::vector<Entry> entries = make_entries(**log);
      for (const Entry& entry : entries) appended_.push_back(entry);
      std::span<const Entry> rest = entries;
      while (!rest.empty()) {
        const auto count = (*log)->append(rest);
        if (!count.ok()) return true;
        rest = rest.subspan(*count);
        acknowledged_ = (*log)->tip().sequence;
      }
    }
    return true;
  }

  void arm_a_fault() {
    const std::uint64_t when = 1 + dice_.below(120);
    switch (dice_.below(4)) {
      case 0:
        return disk_.fail_sync_after(when);
      case 1:
        return disk_.cut_write_after(when);
      default:
        return disk_.lose_power_after(when);
    }
  }

  // What is stored begins with all that was acknowledged, and continues with nothing but what was appended after it.
  bool check_recovered(const SegmentLog& log) {
    const std::uint64_t stored = log.tip().sequence;
    EXPECT_GE(stored, acknowledged_);
    EXPECT_LE(stored, appended_.size());
    if (stored < acknowledged_ || stored > appended_.size()) return false;
    std::uint64_t sequence = 0;
    for (const std::uint64_t first : log.segments()) {
      const auto reader = SegmentReader::open(disk_, journal_directory, first);
      if (!reader.ok()) return reader.error().reason() == "disk_failed";  // the next fault struck already
      while (true) {
        const auto entry = (*reader)->next(SegmentReader::no_limit, Check::chain_and_hash);
        if (!entry.ok()) return entry.error().reason() == "disk_failed";
        if (!*entry) break;
        EXPECT_EQ(**entry, appended_[sequence]) << "entry " << sequence + 1;
        ++sequence;
      }
    }
    EXPECT_EQ(sequence, stored);
    appended_.resize(stored);
    acknowledged_ = stored;  // whoever opens the journal may act upon what it finds
    return sequence == stored;
  }

  std::vector<Entry> make_entries(const SegmentLog& log) {
    std::vector<Entry> entries;
    Tip tip = log.tip();
    for (std::uint64_t count = 1 + dice_.below(2); count > 0; --count) {
      Entry entry{.sequence = tip.sequence + 1,
                  .epoch = tip.epoch + dice_.below(2),
                  .time = tip.time,
                  .previous = tip.hash,
                  .hash = {},
                  .body = make_body()};
      seal(3, entry);
      tip = tip_of(entry);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  // Every other body has long runs of zeros: a torn write must be known for what it is all the same.
  std::string make_body() {
    std::string body(dice_.below(8) == 0 ? dice_.below(20'000) : dice_.below(1500), '\0');
    if (dice_.below(2) == 0) {
      for (char& c : body) c = static_cast<char>('a' + dice_.below(26));
    }
    return body;
  }

  Dice dice_;
  disk::MemoryDisk disk_;
  std::vector<Entry> appended_;
  std::uint64_t acknowledged_ = 0;
};

TEST(Crash, NothingAcknowledgedIsLostAndNothingIsInvented) {
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    CrashRun(seed).run();
  }
}

// The whole journal with its threads; what becomes of an append then depends on timing, the promise does not.
TEST(Crash, TheWholeJournalKeepsWhatItAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    disk::MemoryDisk disk(seed);
    std::vector<Entry> acknowledged;
    for (int life = 0; life < 5; ++life) {
      SegmentJournalOptions options = test_options(disk, segment_bytes);
      options.prepare_in_background = true;
      auto journal = open_segment_journal(options);
      ASSERT_TRUE(journal.ok()) << journal.error().to_string();
      const std::vector<Entry> found = read_all(**journal);
      ASSERT_GE(found.size(), acknowledged.size());
      EXPECT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), found.begin()));
      acknowledged = found;

      Appender appender(**journal, 3);
      disk.lose_power_after(1 + Dice(seed * 31 + static_cast<std::uint64_t>(life)).below(60));
      bool alive = true;
      for (int i = 0; i < 100 && alive; ++i) {
        appender.append(std::string(static_cast<std::size_t>(i * 13), 'x'));
        const auto outcomes = appender.outcomes();
        alive = outcomes.empty() || outcomes.back().ok();
      }
      appender.wait();
      const auto outcomes = appender.outcomes();
      for (std::size_t i = 0; i < outcomes.size() && outcomes[i].ok(); ++i)
        acknowledged.push_back(appender.entries()[i]);
      journal->reset();
      disk.crash();
    }
  }
}

}  // namespace
}  // namespace florin::journal
