// Helpers for tests of journals: make sealed entries that follow one another, append them, collect what became of them.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/journal.h"

namespace florin::journal {

// Takes the journal's lease and appends as an engine would. Used by one thread; `durable` may come from another. Must
// outlive the appends it made.
class Appender {
 public:
  Appender(Journal& journal, Partition partition) : journal_(journal), partition_(partition), tip_(journal.tip()) {
    auto epoch = journal.acquire();
    EXPECT_TRUE(epoch.ok());
    epoch_ = epoch.ok() ? *epoch : 0;
  }

  std::uint64_t epoch() const { return epoch_; }

  // The next sealed entry; not appended. Further ones will not follow it until it is.
  Entry make(std::string body) const {
    Entry entry{.sequence = tip_.sequence + 1,
                .epoch = epoch_,
                .time = tip_.time + Duration::microseconds(1),
                .previous = tip_.hash,
                .hash = {},
                .body = std::move(body)};
    seal(partition_, entry);
    return entry;
  }

  void append(std::string body) { append_entry(make(std::move(body))); }

  // Appends `entry`, whatever it is, as soon as the journal takes one more. What is made next follows it.
  void append_entry(const Entry& entry) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return in_flight_ < journal_.appends_in_flight_max(); });
    }
    start(entry);
    journal_.append(entry, [this, sequence = entry.sequence](Status status) { finish(sequence, std::move(status)); });
  }

  // Appends `count` entries, each from within the `durable` of the one before.
  void append_chain(int count) {
    const Entry entry = make("link " + std::to_string(count));
    start(entry);
    journal_.append(entry, [this, count, sequence = entry.sequence](Status status) {
      if (count > 1) append_chain(count - 1);
      finish(sequence, std::move(status));
    });
  }

  // Waits until nothing is in flight.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return in_flight_ == 0; });
  }

  std::vector<Status> outcomes() const {
    const std::lock_guard lock(mutex_);
    return outcomes_;
  }
  // The sequences in the order in which their `durable` was called.
  std::vector<std::uint64_t> order() const {
    const std::lock_guard lock(mutex_);
    return order_;
  }
  // All that was appended, whatever became of it.
  std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  void start(const Entry& entry) {
    const std::lock_guard lock(mutex_);
    tip_ = tip_of(entry);
    entries_.push_back(entry);
    ++in_flight_;
  }

  void finish(std::uint64_t sequence, Status status) {
    const std::lock_guard lock(mutex_);
    outcomes_.push_back(std::move(status));
    order_.push_back(sequence);
    --in_flight_;
    changed_.notify_all();
  }

  Journal& journal_;
  Partition partition_;
  Tip tip_;
  std::uint64_t epoch_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int in_flight_ = 0;
  std::vector<Status> outcomes_;
  std::vector<std::uint64_t> order_;
  std::vector<Entry> entries_;
};

// Everything a cursor from `from_sequence` finds. Fails the test on an error.
inline std::vector<Entry> read_all(const Journal& journal, std::uint64_t from_sequence = 1) {
  std::vector<Entry> entries;
  auto cursor = journal.read(from_sequence);
  EXPECT_TRUE(cursor.ok());
  while (cursor.ok()) {
    auto entry = (*cursor)->next();
    EXPECT_TRUE(entry.ok()) << (entry.ok() ? "" : entry.error().to_string());
    if (!entry.ok() || !*entry) break;
    entries.push_back(std::move(**entry));
  }
  return entries;
}

}  // namespace florin::journal
