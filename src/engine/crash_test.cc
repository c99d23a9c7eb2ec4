// Random commands with crashes at random points: what was acknowledged stays, and live, restarted and replayed state
// are the same.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "engine/lane.h"
#include "engine/recovery.h"
#include "engine/testing/manual_clock.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "engine/verify.h"
#include "journal/memory/memory_journal.h"

namespace florin::engine {
namespace {

struct Step {
  int kind;
  int counter;
  int amount;
};

// A partition whose appends complete and whose state takes in what is durable when the test says so, and which can die.
class Machine {
 public:
  Machine() {
    model::add_to(registry_);
    entries_->hold_appends();
    open();
  }

  void step(const Step& step) {
    const std::string counter(1, static_cast<char>('a' + step.counter % 4));
    if (step.kind < 8) {
      change(counter, step.amount);
    } else if (step.kind < 10) {
      submit(counter, model::ask(counter, std::string(static_cast<std::size_t>(step.counter), 'x')));
    } else if (step.kind < 12) {
      lane_->submit({model::context(),
                     model::change_later(counter, step.amount, clock_.now() + Duration::seconds(step.counter)),
                     {}});
    } else if (step.kind < 13) {
      submit(counter, model::remove(counter));
    } else if (step.kind < 15) {
      clock_.advance(Duration::seconds(step.counter));
    } else if (step.kind < 18) {
      lane_->run();
    } else if (step.kind < 20) {
      entries_->complete(1);
    } else if (step.kind < 22) {
      answer_one(static_cast<std::size_t>(step.counter));
    } else if (step.kind < 23) {
      crash(static_cast<std::size_t>(step.counter % 3), step.amount % 3 == 0);
    } else {
      write_state(static_cast<std::size_t>(step.counter));
    }
  }

  void settle() {
    while (lane_->run() || entries_->waiting() > 0 || !unwritten_.empty()) {
      entries_->complete(1);
      write_state(unwritten_.size());
    }
  }

  // Every acknowledged command is in the journal, none twice, and all ways to the state agree.
  void check() {
    settle();
    const auto replayed = empty_state();
    Replayer::Options options{.partition = 1, .registry = &registry_, .store = replayed.get(), .observer = {}};
    Replayer replayer(std::move(options));
    auto cursor = journal_->read(1);
    for (auto entry = (*cursor)->next(); *entry; entry = (*cursor)->next()) RC_ASSERT(replayer.apply(**entry).ok());
    RC_ASSERT(replayer.settle().ok());
    RC_ASSERT(state_digest(replayed->latest()) == state_digest(store_->latest()));
    for (const auto& [counter, change] : acknowledged_) {
      RC_ASSERT(list_events(store_->latest(), model::tenant(1), counter, {}, SIZE_MAX).size() >= change);
    }
    const auto scratch = empty_state();
    const auto report = verify({1, journal_.get(), store_->snapshot().get(), &registry_, scratch.get()});
    RC_ASSERT(report.ok());
    RC_ASSERT(report->clean());
  }

  void crash(std::size_t survivors, bool lose_state) {
    entries_->crash(survivors);
    unwritten_.clear();
    lane_.reset();
    journal_.reset();
    entries_->hold_appends();
    if (lose_state) store_ = empty_state();
    open();
  }

 private:
  void open() {
    journal_ = journal::open_memory_journal(entries_);
    const auto epoch = journal_->acquire();
    CHECK(epoch.ok());
    CHECK(recover({1, journal_.get(), &registry_, store_.get()}).ok());
    PartitionOptions options;
    options.number = 1;
    options.clock = &clock_;
    options.journal = journal_.get();
    options.store = store_.get();
    options.registry = &registry_;
    LaneDriver driver{.wake = [] {}, .apply = {}, .flush = [] {}};
    driver.apply = [this](const store::WriteSet& writes, std::uint64_t sequence) {
      unwritten_.push_back({sequence, &writes});
    };
    lane_ = std::make_unique<Lane>(options, LaneStart{*epoch, journal_->tip()}, std::move(driver));
    lane_->start({});
  }

  // The oldest `count` durable entries, as one.
  void write_state(std::size_t count) {
    count = std::min(count, unwritten_.size());
    if (count == 0) return;
    store_->apply(std::span(unwritten_).first(count));
    lane_->applied(unwritten_[count - 1].sequence, ok());
    unwritten_.erase(unwritten_.begin(), unwritten_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  // Under a key, and sent again with the same one after a crash as a client would.
  void change(const std::string& counter, int amount) {
    const std::string key = counter + std::to_string(amount);
    lane_->submit({model::keyed_context(key, counter, amount), model::change(counter, amount),
                   [this, counter, key](const Result<CommandReply>& reply) {
                     if (!reply.ok() || reply->replayed) return;
                     ++acknowledged_[counter];
                     CHECK(executed_.insert(key).second, "{} was executed twice", key);
                   }});
  }
  void submit(const std::string& counter, Decide decide) {
    lane_->submit({model::context(), std::move(decide), [this, counter](const Result<CommandReply>& reply) {
                     if (reply.ok()) ++acknowledged_[counter];
                   }});
  }
  void answer_one(std::size_t n) {
    const auto pending = list_effects(store_->latest(), {}, 10);
    if (!pending.empty()) {
      lane_->report(pending[n % pending.size()].id,
                    {v1::EFFECT_OUTCOME_ANSWERED, pending[n % pending.size()].payload, "", 1});
    }
  }

  Registry registry_;
  ManualClock clock_{Timestamp{1'767'225'600'000'000}};
  std::shared_ptr<journal::MemoryStore> entries_ =
      std::make_shared<journal::MemoryStore>(journal::MemoryStore::Options{.partition = 1});
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<store::Store> store_ = empty_state();
  std::vector<store::EntryWrites> unwritten_;
  std::unique_ptr<Lane> lane_;
  std::map<std::string, std::size_t> acknowledged_;  // events that must be there, by counter
  std::set<std::string> executed_;                   // idempotency keys
};

void check_crashes() {
  Machine machine;
  const auto steps = *rc::gen::container<std::vector<Step>>(
      rc::gen::construct<Step>(rc::gen::inRange(0, 26), rc::gen::inRange(0, 20), rc::gen::inRange(-10, 30)));
  for (const Step& step : steps) machine.step(step);
  machine.check();
  machine.crash(0, false);
  machine.check();
}

TEST(CrashTest, LiveRestartedAndReplayedStateAreTheSame) {
  EXPECT_TRUE(rc::check("crashes at random points", check_crashes));
}

}  // namespace
}  // namespace florin::engine
