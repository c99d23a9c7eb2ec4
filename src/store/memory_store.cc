#include "store/memory_store.h"

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

#include "base/check.h"

namespace florin::store {
namespace {

// What a row was from `sequence` on; nothing once erased.
struct Version {
  std::uint64_t sequence;
  std::optional<std::string> value;
};

// Shared by the store and its snapshots, so that a snapshot may outlive the store.
struct State {
  using Rows = std::map<std::string, std::vector<Version>, std::less<>>;

  // The version that a reader at `sequence` sees; nullptr for none.
  static const std::string* visible(const std::vector<Version>& versions, std::uint64_t sequence) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (version->sequence <= sequence) return version->value ? &*version->value : nullptr;
    }
    return nullptr;
  }

  // Drops the versions of `row` that no reader at `oldest` or later can see.
  void prune(Rows::iterator row, std::uint64_t oldest) {
    auto& versions = row->second;
    std::size_t first = 0;
    while (first + 1 < versions.size() && versions[first + 1].sequence <= oldest) ++first;
    versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(first));
    if (versions.size() == 1 && !versions.front().value && versions.front().sequence <= oldest) rows.erase(row);
  }

  std::shared_mutex mutex;
  Rows rows;
  // Sequences of the snapshots that live.
  std::multiset<std::uint64_t> snapshots;
  // Rows with a version that the write at that sequence made obsolete, oldest first.
  std::deque<std::pair<std::uint64_t, std::string>> superseded;
  std::uint64_t applied = 0;
};

// Finds its place anew at each step, so that rows may come and go meanwhile without disturbing it.
class MemoryScan : public Scan {
 public:
  MemoryScan(State& state, std::uint64_t sequence, const Range& range)
      : state_(state), sequence_(sequence), range_(range) {
    const std::shared_lock lock(state_.mutex);
    if (range_.reverse) {
      settle_down(range_.to.empty() ? state_.rows.end() : state_.rows.lower_bound(range_.to));
    } else {
      settle_up(state_.rows.lower_bound(range_.from));
    }
  }

  bool valid() const override { return valid_; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }

  void next() override {
    CHECK(valid_);
    const std::shared_lock lock(state_.mutex);
    if (range_.reverse) {
      settle_down(state_.rows.lower_bound(key_));
    } else {
      settle_up(state_.rows.upper_bound(key_));
    }
  }

 private:
  // Rests on the first visible row from `row` upward.
  void settle_up(State::Rows::const_iterator row) {
    for (; row != state_.rows.end() && (range_.to.empty() || row->first < range_.to); ++row) {
      if (rest_on(*row)) return;
    }
    valid_ = false;
  }

  // Rests on the last visible row below `row`.
  void settle_down(State::Rows::const_iterator row) {
    while (row != state_.rows.begin()) {
      --row;
      if (row->first < range_.from) break;
      if (rest_on(*row)) return;
    }
    valid_ = false;
  }

  bool rest_on(const State::Rows::value_type& row) {
    const auto* value = State::visible(row.second, sequence_);
    if (!value) return false;
    key_ = row.first;
    value_ = *value;
    return valid_ = true;
  }

  State& state_;
  std::uint64_t sequence_;
  Range range_;
  std::string key_;
  std::string value_;
  bool valid_ = false;
};

std::optional<std::string> get_at(State& state, std::uint64_t sequence, std::string_view key) {
  const std::shared_lock lock(state.mutex);
  const auto row = state.rows.find(key);
  if (row == state.rows.end()) return std::nullopt;
  const auto* value = State::visible(row->second, sequence);
  return value ? std::optional(*value) : std::nullopt;
}

class MemorySnapshot : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<State> state) : state_(std::move(state)) {
    const std::unique_lock lock(state_->mutex);
    sequence_ = state_->applied;
    state_->snapshots.insert(sequence_);
  }
  ~MemorySnapshot() override {
    const std::unique_lock lock(state_->mutex);
    state_->snapshots.erase(state_->snapshots.find(sequence_));
  }
  MemorySnapshot(const MemorySnapshot&) = delete;
  MemorySnapshot& operator=(const MemorySnapshot&) = delete;

  std::uint64_t sequence() const override { return sequence_; }
  std::optional<std::string> get(std::string_view key) const override { return get_at(*state_, sequence_, key); }
  std::unique_ptr<Scan> scan(const Range& range) const override {
    return std::make_unique<MemoryScan>(*state_, sequence_, range);
  }

 private:
  std::shared_ptr<State> state_;
  std::uint64_t sequence_ = 0;
};

class MemoryStore : public Store {
 public:
  std::uint64_t applied() const override {
    const std::shared_lock lock(state_->mutex);
    return state_->applied;
  }

  using Store::apply;
  void apply(std::span<const EntryWrites> entries) override {
    const std::unique_lock lock(state_->mutex);
    for (const auto& [sequence, writes] : entries) {
      CHECK(sequence == state_->applied + 1, "entry {} does not follow {}", sequence, state_->applied);
      for (const auto& [key, value] : *writes) {
        state_->rows[key].push_back({sequence, value});
        state_->superseded.emplace_back(sequence, key);
      }
      state_->applied = sequence;
    }
    collect_garbage();
  }

  const Reader& latest() const override { return latest_; }
  std::shared_ptr<const Snapshot> snapshot() const override { return std::make_shared<MemorySnapshot>(state_); }
  Status flush() override { return ok(); }
  Status health() const override { return ok(); }

 private:
  class Latest : public Reader {
   public:
    explicit Latest(State& state) : state_(state) {}
    std::optional<std::string> get(std::string_view key) const override { return get_at(state_, newest, key); }
    std::unique_ptr<Scan> scan(const Range& range) const override {
      return std::make_unique<MemoryScan>(state_, newest, range);
    }

   private:
    static constexpr std::uint64_t newest = ~std::uint64_t{0};
    State& state_;
  };

  void collect_garbage() {
    auto& state = *state_;
    const auto oldest = state.snapshots.empty() ? state.applied : *state.snapshots.begin();
    while (!state.superseded.empty() && state.superseded.front().first <= oldest) {
      if (const auto row = state.rows.find(state.superseded.front().second); row != state.rows.end())
        state.prune(row, oldest);
      state.superseded.pop_front();
    }
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
  Latest latest_{*state_};
};

}  // namespace

std::unique_ptr<Store> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace florin::store
