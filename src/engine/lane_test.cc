// The lane, step by step: what is in flight, what is answered when, and what happens when the journal fails.
#include "engine/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/recovery.h"
#include "engine/testing/manual_clock.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "journal/memory/memory_journal.h"

namespace florin::engine {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp start{1'767'225'600'000'000};

class LaneTest : public ::testing::Test {
 protected:
  LaneTest() { model::add_to(registry_); }

  Lane& lane() {
    if (lane_) return *lane_;
    journal_ = journal::open_memory_journal(entries_);
    const auto epoch = journal_->acquire();
    CHECK(epoch.ok());
    CHECK(recover({1, journal_.get(), &registry_, store_.get()}).ok());
    options_.number = 1;
    options_.clock = &clock_;
    options_.journal = journal_.get();
    options_.store = store_.get();
    options_.registry = &registry_;
    options_.on_stopped = [this](const Error& error) { stopped_.push_back(error.reason()); };
    options_.on_parked = [this](const Error& error) { parked_.push_back(error.reason()); };
    lane_ = std::make_unique<Lane>(
        options_, LaneStart{*epoch, journal_->tip()},
        LaneDriver{.wake = [this] { ++woken_; }, .apply = std::exchange(apply_, {}), .flush = [this] { ++flushed_; }});
    return *lane_;
  }

  // The state takes in what is durable only when `write_state` is called, all at once.
  void hold_state() {
    apply_ = [this](const store::WriteSet& writes, std::uint64_t sequence) {
      unwritten_.push_back({sequence, &writes});
    };
  }
  void write_state() {
    const auto entries = std::exchange(unwritten_, {});
    store_->apply(entries);
    lane().applied(entries.back().sequence, ok());
  }

  // The process dies.
  void crash(std::size_t survivors) {
    entries_->crash(survivors);
    lane_.reset();
    journal_.reset();
    entries_->release_appends();
  }

  // Answers are noted as "name=value" or "name!reason".
  void submit(std::string name, CommandContext context, Decide decide) {
    lane().submit({std::move(context), std::move(decide), [this, name](Result<CommandReply> reply) {
                     answers_.push_back(reply.ok() ? name + "=" + std::to_string(model::parse_value(reply->response)) +
                                                         (reply->replayed ? " again" : "")
                                                   : name + "!" + reply.error().reason());
                   }});
  }
  void submit(std::string name, Decide decide) { submit(std::move(name), model::context(), std::move(decide)); }
  std::optional<std::int64_t> committed(const std::string& counter) {
    return model::value(store_->latest(), model::tenant(1), counter);
  }
  void settle() {
    while (lane().run()) {
    }
  }

  Registry registry_;
  ManualClock clock_{start};
  std::shared_ptr<journal::MemoryStore> entries_ =
      std::make_shared<journal::MemoryStore>(journal::MemoryStore::Options{.partition = 1});
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<store::Store> store_ = empty_state();
  PartitionOptions options_;
  decltype(LaneDriver::apply) apply_;
  std::vector<store::EntryWrites> unwritten_;
  std::unique_ptr<Lane> lane_;
  std::vector<std::string> answers_;
  std::vector<std::string> stopped_;
  std::vector<std::string> parked_;
  int woken_ = 0;
  int flushed_ = 0;
};

TEST_F(LaneTest, NothingIsAnsweredOrReadBeforeItIsDurable) {
  entries_->hold_appends();
  submit("one", model::change("a", 5));
  settle();
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_EQ(committed("a"), std::nullopt);
  EXPECT_FALSE(lane().idle());
  entries_->complete(1);
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5"));
  EXPECT_EQ(committed("a"), 5);
  EXPECT_TRUE(lane().idle());
}

TEST_F(LaneTest, BatchesInFlightSeeEachOther) {
  entries_->hold_appends();
  submit("one", model::change("a", 5));
  settle();
  submit("two", model::change("a", -3));
  submit("refused", model::change("a", -3));
  submit("three", model::change("a", -2));
  settle();
  EXPECT_EQ(entries_->waiting(), 2U);
  // Two are in flight; the third waits.
  submit("four", model::change("a", 1));
  settle();
  EXPECT_EQ(entries_->waiting(), 2U);
  entries_->complete(1);
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5"));
  EXPECT_EQ(committed("a"), 5);
  EXPECT_EQ(entries_->waiting(), 2U);
  entries_->complete(2);
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5", "two=2", "refused!counter_negative", "three=0", "four=1"));
  EXPECT_EQ(committed("a"), 1);
}

TEST_F(LaneTest, NothingIsAnsweredBeforeTheStateHasIt) {
  hold_state();
  submit("one", model::change("a", 5));
  settle();
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_FALSE(lane().idle());
  // What comes next is decided on top of it meanwhile, and refusals that saw it wait too.
  submit("two", model::change("a", -3));
  settle();
  submit("refused", model::change("a", -3));
  settle();
  EXPECT_THAT(answers_, IsEmpty());
  write_state();
  EXPECT_EQ(committed("a"), 2);
  EXPECT_THAT(answers_, IsEmpty());
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5", "two=2", "refused!counter_negative"));
  EXPECT_TRUE(lane().idle());
}

TEST_F(LaneTest, SlowStateBoundsWhatWaitsForIt) {
  options_.limits.applying_entries_max = 2;
  hold_state();
  for (const char* name : {"one", "two", "three", "four"}) {
    submit(name, model::change("a", 1));
    settle();
  }
  EXPECT_EQ(unwritten_.size(), 2U);
  write_state();
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=1", "two=2"));
  write_state();
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=1", "two=2", "three=3", "four=4"));
}

TEST_F(LaneTest, StateThatFailsLeavesTheOutcomeUnknown) {
  hold_state();
  submit("one", model::change("a", 5));
  settle();
  lane().applied(unwritten_.back().sequence, unavailable("disk_full", "Full."));
  settle();
  EXPECT_THAT(answers_, ElementsAre("one!outcome_unknown"));
  EXPECT_THAT(stopped_, ElementsAre("disk_full"));
  EXPECT_TRUE(lane().idle());
}

TEST_F(LaneTest, WhatIsOnTheWayToTheStateIsAnsweredAlsoWhenTheJournalFails) {
  hold_state();
  submit("durable", model::change("a", 5));
  settle();
  entries_->fail_next(unavailable("disk_failed", "Broken."));
  submit("lost", model::change("a", 5));
  settle();
  EXPECT_THAT(answers_, ElementsAre("lost!outcome_unknown"));
  EXPECT_FALSE(lane().idle());
  write_state();
  settle();
  EXPECT_THAT(answers_, ElementsAre("lost!outcome_unknown", "durable=5"));
  EXPECT_TRUE(lane().idle());
}

TEST_F(LaneTest, RefusalThatSawWhatIsInFlightWaitsForIt) {
  entries_->hold_appends();
  submit("one", model::change("a", 5));
  settle();
  submit("refused", model::change("a", -6));
  settle();
  EXPECT_THAT(answers_, IsEmpty());
  entries_->complete(1);
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5", "refused!counter_negative"));
  submit("again", model::change("a", -6));
  settle();
  EXPECT_EQ(answers_.back(), "again!counter_negative");
}

TEST_F(LaneTest, ReplayOfWhatIsInFlightWaitsForIt) {
  entries_->hold_appends();
  submit("first", model::keyed_context("k", "a", 5), model::change("a", 5));
  submit("same batch", model::keyed_context("k", "a", 5), model::change("a", 5));
  settle();
  submit("next batch", model::keyed_context("k", "a", 5), model::change("a", 5));
  submit("other body", model::keyed_context("k", "a", 6), model::change("a", 6));
  settle();
  EXPECT_THAT(answers_, IsEmpty());
  entries_->complete(1);
  settle();
  EXPECT_THAT(answers_,
              ElementsAre("first=5", "same batch=5 again", "next batch=5 again", "other body!idempotency_key_reused"));
  EXPECT_EQ(committed("a"), 5);
}

TEST_F(LaneTest, BatchIsWhatArrivedMeanwhile) {
  entries_->hold_appends();
  lane();
  for (int i = 0; i < 2; ++i) {
    submit("x", model::change("a", 1));
    settle();
  }
  for (int i = 0; i < 50; ++i) submit("x", model::change("a", 1));
  entries_->complete(1);
  settle();
  EXPECT_EQ(entries_->waiting(), 2U);
  entries_->complete(2);
  settle();
  EXPECT_EQ(lane().stats().entries, 3U);
  EXPECT_EQ(committed("a"), 52);
}

TEST_F(LaneTest, BatchesAreBounded) {
  options_.limits.batch_commands_max = 10;
  entries_->hold_appends();
  for (int i = 0; i < 25; ++i) submit("x", model::change("a", 1));
  settle();
  EXPECT_EQ(entries_->waiting(), 2U);
  entries_->complete(1);
  settle();
  EXPECT_EQ(answers_.size(), 10U);
  entries_->complete(2);
  settle();
  EXPECT_EQ(answers_.size(), 25U);
  EXPECT_EQ(lane().stats().entries, 3U);
}

TEST_F(LaneTest, FailedAppendStopsEverything) {
  entries_->hold_appends();
  submit("one", model::change("a", 5));
  settle();
  submit("two", model::change("a", 5));
  submit("refused", model::change("a", -50));
  settle();
  submit("queued", model::change("a", 5));
  std::string waiter;
  lane().snapshot_at(9, start + Duration::seconds(9), [&](auto got) { waiter = got.error().reason(); });
  entries_->fail_next(unavailable("disk_failed", "Broken."));
  entries_->complete(2);
  settle();
  EXPECT_THAT(answers_, ElementsAre("one!outcome_unknown", "two!outcome_unknown", "refused!outcome_unknown",
                                    "queued!partition_stopped"));
  EXPECT_THAT(stopped_, ElementsAre("disk_failed"));
  EXPECT_EQ(waiter, "partition_stopped");
  EXPECT_TRUE(lane().stopped());
  EXPECT_FALSE(lane().next_due());
  submit("late", model::change("a", 5));
  EXPECT_EQ(answers_.back(), "late!partition_stopped");
}

// A state whose disk breaks when a test says so.
class BreakableStore final : public store::Store {
 public:
  std::uint64_t applied() const override { return state_->applied(); }
  void apply(std::span<const store::EntryWrites> entries) override { state_->apply(entries); }
  const store::Reader& latest() const override { return state_->latest(); }
  std::shared_ptr<const store::Snapshot> snapshot() const override { return state_->snapshot(); }
  Status flush() override { return health(); }
  Status health() const override { return broken ? Status(unavailable("disk_full", "Full.")) : ok(); }
  bool broken = false;

 private:
  std::unique_ptr<store::Store> state_ = empty_state();
};

TEST_F(LaneTest, BrokenStateStopsEverythingBeforeItIsWritten) {
  auto breakable = std::make_unique<BreakableStore>();
  auto& disk = *breakable;
  store_ = std::move(breakable);
  submit("one", model::change("a", 5));
  settle();
  disk.broken = true;
  submit("two", model::change("a", 5));
  settle();
  EXPECT_THAT(answers_, ElementsAre("one=5", "two!outcome_unknown"));
  EXPECT_THAT(stopped_, ElementsAre("disk_full"));
  EXPECT_EQ(committed("a"), 5);
  // It was durable all the same.
  disk.broken = false;
  crash(0);
  submit("three", model::change("a", 0));
  settle();
  EXPECT_EQ(answers_.back(), "three=10");
}

TEST_F(LaneTest, CrashKeepsWhatWasDurable) {
  entries_->hold_appends();
  submit("one", model::change("a", 5));
  settle();
  submit("two", model::change("a", 7));
  settle();
  crash(1);
  EXPECT_THAT(answers_, IsEmpty());
  submit("three", model::change("a", 1));
  settle();
  EXPECT_THAT(answers_, ElementsAre("three=6"));
}

TEST_F(LaneTest, FullIntakeRefusesAtOnce) {
  options_.limits.intake_commands_max = 3;
  options_.limits.tenant_commands_max = 2;
  submit("one", model::change("a", 1));
  submit("two", model::change("a", 1));
  submit("three", model::change("a", 1));
  EXPECT_THAT(answers_, ElementsAre("three!overloaded"));
  submit("other", model::context(2), model::change("a", 1));
  submit("more", model::context(3), model::change("a", 1));
  EXPECT_THAT(answers_, ElementsAre("three!overloaded", "more!overloaded"));
  EXPECT_EQ(lane().stats().commands_overloaded, 2U);
  settle();
  EXPECT_EQ(committed("a"), 2);
}

TEST_F(LaneTest, OverdueTimersKeepTheirOrderWithinOneBatch) {
  std::vector<std::string> fired;
  registry_.on_timer("testing.chain", [&](Work& work, const Timer& timer) {
    fired.push_back(timer.payload);
    if (timer.payload == "1") {
      EXPECT_EQ(work.now(), start + Duration::hours(1));
      work.set_timer({"testing.chain", "", work.now(), "5"});
    }
  });
  lane();
  const auto set = [](std::int64_t seconds, std::string payload) -> Decide {
    return [=](Work& work) -> Result<std::string> {
      work.set_timer({"testing.chain", "", start + Duration::seconds(seconds), payload});
      return std::string();
    };
  };
  submit("x", set(3, "3"));
  submit("x", set(1, "1"));
  submit("x", set(2, "2"));
  submit("x", set(3600, "4"));
  settle();
  const auto entries = lane().stats().entries;
  EXPECT_EQ(lane().next_due(), start + Duration::seconds(1));
  clock_.set(start + Duration::hours(1));
  settle();
  EXPECT_THAT(fired, ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(lane().stats().entries, entries + 1);
  EXPECT_EQ(lane().next_due(), std::nullopt);
}

TEST_F(LaneTest, HandlerThatFailsParksItsTimerAndEffect) {
  registry_.on_timer("testing.broken", [](Work&, const Timer&) { throw std::runtime_error("broken"); });
  registry_.on_effect("testing.broken", [](Work&, const Effect&, const EffectResult&) { throw std::bad_alloc(); });
  EffectId effect;
  submit("x", [&](Work& work) -> Result<std::string> {
    work.set_timer({"testing.broken", "", start, ""});
    work.set_timer({"testing.change", "a", start, "4"});
    effect = work.request_effect({.kind = "testing.broken", .provider = "p", .subject = "a", .payload = ""});
    return std::string();
  });
  settle();
  EXPECT_EQ(committed("a"), 4);
  EXPECT_THAT(parked_, ElementsAre("decide_failed"));
  EXPECT_EQ(lane().next_due(), std::nullopt);
  lane().report(effect, {});
  settle();
  EXPECT_THAT(parked_, ElementsAre("decide_failed", "decide_failed"));
  EXPECT_EQ(lane().stats().parked, 2U);
  EXPECT_EQ(lane().stats().effects_pending, 1U);
  EXPECT_EQ(lane().stats().timers_pending, 1U);

  // The next start tries again.
  crash(0);
  lane();
  settle();
  EXPECT_EQ(parked_.size(), 3U);
}

TEST_F(LaneTest, FlushIsAskedForAfterSoMuchJournal) {
  options_.limits.flush_journal_bytes = 2'000;
  for (int i = 0; i < 20; ++i) {
    submit("x", model::change("a", 1));
    settle();
  }
  EXPECT_GE(flushed_, 1);
  EXPECT_LE(flushed_, 4);
}

TEST_F(LaneTest, EntriesCarryTheLeaseAndTheirDigest) {
  submit("x", model::change("a", 1));
  settle();
  auto cursor = journal_->read(1);
  ASSERT_TRUE(cursor.ok());
  const auto entry = (*cursor)->next();
  ASSERT_TRUE(entry.ok() && *entry);
  journal::v1::EntryBody body;
  ASSERT_TRUE(body.ParseFromString((*entry)->body));
  EXPECT_EQ((*entry)->epoch, 1U);
  EXPECT_EQ((*entry)->time, start);
  EXPECT_EQ(body.write_digest().size(), 16U);
  ASSERT_EQ(body.commands_size(), 1);
  EXPECT_EQ(body.commands(0).name(), model::context().name);
  EXPECT_EQ(body.commands(0).actor(), "key_test");
  EXPECT_EQ(body.commands(0).events_size(), 1);
  EXPECT_EQ(body.commands(0).events(0).subject(), "a");
  // Written by hand, and just what protobuf would write.
  EXPECT_EQ(body.SerializeAsString(), (*entry)->body);
}

TEST_F(LaneTest, ALaneThatStopsParksNothing) {
  EffectId effect;
  submit("ask", [&](Work& work) -> Result<std::string> {
    effect = work.request_effect({.kind = "testing.ask", .provider = "p", .subject = "a", .payload = ""});
    return std::string();
  });
  settle();
  lane().report(effect, {});
  entries_->fail_next(unavailable("disk_full", "Full."));
  settle();
  EXPECT_THAT(stopped_, ElementsAre("disk_full"));
  EXPECT_THAT(parked_, IsEmpty()) << "the effect is still pending, and runs again after the next start";
  EXPECT_EQ(lane().stats().parked, 0U);
}

}  // namespace
}  // namespace florin::engine
