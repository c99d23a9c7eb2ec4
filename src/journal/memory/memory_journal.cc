#include "journal/memory/memory_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "journal/entry.h"

namespace florin::journal {
namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

Error fenced() {
  return failed_precondition(
      "journal_fenced",
      "Another owner has taken this journal. Open it again to see what it holds, and to take it back.");
}

}  // namespace

class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(std::shared_ptr<MemoryStore> store) : store_(std::move(store)) {
    const std::lock_guard lock(store_->mutex_);
    owner_->generation = store_->generation_;
  }
  ~MemoryJournal() override {
    std::unique_lock lock(store_->mutex_);
    while (owner_->in_flight > 0 && owner_->generation == store_->generation_) {
      lock.unlock();
      store_->drain(1);
      lock.lock();
    }
  }

  Tip tip() const override {
    const std::lock_guard lock(store_->mutex_);
    return store_->tip_;
  }

  Result<std::uint64_t> acquire() override {
    const std::lock_guard lock(store_->mutex_);
    CHECK(owner_->epoch == 0, "acquire is called once");
    if (owner_->generation != store_->generation_) return fenced();
    owner_->epoch = ++store_->epoch_;
    return owner_->epoch;
  }

  void append(Entry entry, Durable durable) override { store_->append(owner_, std::move(entry), std::move(durable)); }

  int appends_in_flight_max() const override { return store_->options_.appends_in_flight_max; }

  Result<std::unique_ptr<Cursor>> read(std::uint64_t from_sequence) const override;

 private:
  std::shared_ptr<MemoryStore> store_;
  std::shared_ptr<MemoryStore::Owner> owner_ = std::make_shared<MemoryStore::Owner>();
};

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<MemoryStore> store, std::uint64_t from) : store_(std::move(store)), next_(from) {}

  Result<std::optional<Entry>> next() override {
    const std::lock_guard lock(store_->mutex_);
    if (next_ > store_->tip_.sequence) return std::optional<Entry>{};
    auto entry = read(next_);
    if (!entry) {
      return data_loss("journal_corrupt", fmt::format("Entry {} of the memory journal does not verify.", next_));
    }
    if (tip_.sequence == 0 || check_follows(tip_, *entry).ok()) {
      tip_ = tip_of(*entry);
      ++next_;
      return entry;
    }
    return data_loss("journal_corrupt", fmt::format("Entry {} of the memory journal breaks the chain.", next_));
  }

 private:
  std::optional<Entry> read(std::uint64_t sequence) const {
    const std::string& record = store_->records_[sequence - 1];
    auto header = parse_record_header(record);
    if (!header || !record_is_whole(*header, record) || header->entry.sequence != sequence) return std::nullopt;
    Entry& entry = header->entry;
    entry.body = record.substr(record_header_bytes, header->body_bytes);
    if (entry.hash != entry_hash(header->partition, entry)) return std::nullopt;
    return std::move(entry);
  }

  std::shared_ptr<MemoryStore> store_;
  std::uint64_t next_;
  Tip tip_;  // the last entry read, if any
};

Result<std::unique_ptr<Cursor>> MemoryJournal::read(std::uint64_t from_sequence) const {
  const std::uint64_t last = tip().sequence;
  if (from_sequence == 0 || from_sequence > last + 1) return position_unknown(from_sequence, last);
  return std::make_unique<MemoryCursor>(store_, from_sequence);
}

void MemoryStore::append(std::shared_ptr<Owner> owner, Entry entry, Durable durable) {
  bool at_once = false;
  {
    const std::lock_guard lock(mutex_);
    CHECK(owner->in_flight < options_.appends_in_flight_max, "more than {} appends in flight",
          options_.appends_in_flight_max);
    ++owner->in_flight;
    waiting_.push_back({std::move(owner), std::move(entry), std::move(durable)});
    at_once = !holding_;
  }
  if (!at_once) return;
  if (options_.executor == nullptr) {
    drain(all);
  } else {
    options_.executor->post([weak = weak_from_this()] {
      if (const auto store = weak.lock(); store && !store->held()) store->drain(1);
    });
  }
}

void MemoryStore::drain(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (std::exchange(draining_, true)) return;  // the call that is at it takes what was added
  for (; count > 0 && !waiting_.empty(); --count) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    Status status = store(*next.owner, next.entry);
    --next.owner->in_flight;
    lock.unlock();
    next.durable(std::move(status));
    lock.lock();
  }
  draining_ = false;
}

Status MemoryStore::store(Owner& owner, const Entry& entry) {
  if (owner.failure) return *owner.failure;
  Status status = ok();
  if (owner.generation != generation_ || (owner.epoch != 0 && owner.epoch < epoch_)) {
    status = fenced();
  } else if (next_failure_) {
    status = *std::exchange(next_failure_, std::nullopt);
  } else {
    status = check_append(options_.partition, tip_, owner.epoch, entry);
  }
  if (!status.ok()) {
    owner.failure = status.error();
    return status;
  }
  std::string record;
  append_record(record, options_.partition, entry, false);
  records_.push_back(std::move(record));
  tip_ = tip_of(entry);
  return status;
}

void MemoryStore::hold_appends() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void MemoryStore::release_appends() {
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
  }
  drain(all);
}

bool MemoryStore::held() const {
  const std::lock_guard lock(mutex_);
  return holding_;
}

std::size_t MemoryStore::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void MemoryStore::complete(std::size_t count) {
  drain(count);
}

void MemoryStore::fail_next(Error error) {
  const std::lock_guard lock(mutex_);
  next_failure_ = std::move(error);
}

void MemoryStore::crash(std::size_t survivors) {
  std::deque<Waiting> dead;  // destroyed without the lock: what their `durable` holds may do anything
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < std::min(survivors, waiting_.size()); ++i) {
    const Status stored = store(*waiting_[i].owner, waiting_[i].entry);
    if (!stored.ok()) break;
  }
  dead.swap(waiting_);
  for (const Waiting& append : dead) append.owner->in_flight = 0;
  ++generation_;
  next_failure_.reset();
}

void MemoryStore::flip_byte(std::uint64_t sequence, std::size_t offset, std::uint8_t mask) {
  const std::lock_guard lock(mutex_);
  char& byte = records_.at(sequence - 1).at(offset);
  byte = static_cast<char>(byte ^ mask);
}

std::unique_ptr<Journal> open_memory_journal(std::shared_ptr<MemoryStore> store) {
  return std::make_unique<MemoryJournal>(std::move(store));
}

}  // namespace florin::journal
