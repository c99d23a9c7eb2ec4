// Recovery and verify: what they find, and how they say it.
#include "engine/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_state.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "engine/verify.h"

namespace florin::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    model::add_to(registry_);
    partition_ =
        std::make_unique<SynchronousPartition>(SynchronousPartition::Options{.registry = &registry_, .limits = {}});
    run(model::change("a", 5));
    run(model::ask("a", "?"));
    run(model::change_later("a", 5, partition_->now() + Duration::days(1)));
    run(model::change("b", 3));
  }
  void run(Decide decide) { ASSERT_TRUE(partition_->run(model::context(), std::move(decide)).ok()); }

  Result<std::uint64_t> recover_into(store::Store& store, const Registry& registry) {
    return recover({1, &partition_->journal(), &registry, &store});
  }
  Result<VerifyReport> verify_state(const store::Snapshot& live) {
    const auto scratch = empty_state();
    return verify({1, &partition_->journal(), &live, &registry_, scratch.get()});
  }
  // A store with what the journal says up to `sequence`, to be falsified.
  std::unique_ptr<store::Store> store_at(std::uint64_t sequence) {
    auto store = empty_state();
    Replayer replayer({1, &registry_, store.get(), {}});
    auto cursor = partition_->journal().read(1);
    for (std::uint64_t i = 0; i < sequence; ++i) CHECK(replayer.apply(**(*cursor)->next()).ok());
    CHECK(replayer.settle().ok());
    return store;
  }

  Registry registry_;
  std::unique_ptr<SynchronousPartition> partition_;
};

TEST_F(RecoveryTest, ReplaysWhatTheStateLacks) {
  const auto store = store_at(2);
  const auto replayed = recover_into(*store, registry_);
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(*replayed, partition_->journal().tip().sequence - 2);
  EXPECT_EQ(state_digest(store->latest()), partition_->digest());
  EXPECT_EQ(*recover_into(*store, registry_), 0U);
}

TEST_F(RecoveryTest, UnknownEventNamesItself) {
  const Registry without_model;
  const auto store = empty_state();
  const auto failed = recover_into(*store, without_model);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "journal_from_newer_version");
  EXPECT_THAT(failed.error().message(), HasSubstr("type 9000"));
  EXPECT_THAT(failed.error().message(), HasSubstr("Entry 2"));
}

TEST_F(RecoveryTest, OtherWritesThanAtTheTimeAreNamed) {
  // A state that lost what entry 3 did: entry 4 counts timers and effects, and comes to another number.
  const auto store = store_at(2);
  store->apply({}, 3);
  Replayer replayer({1, &registry_, store.get(), {}});
  auto cursor = partition_->journal().read(4);
  const auto failed = replayer.apply(**(*cursor)->next());
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "journal_state_mismatch");
  EXPECT_THAT(failed.error().message(), HasSubstr("Entry 4"));
}

TEST_F(RecoveryTest, StateAheadOfTheJournalIsRefused) {
  const auto store = store_at(partition_->journal().tip().sequence);
  store->apply({}, partition_->journal().tip().sequence + 1);
  const auto failed = recover_into(*store, registry_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "journal_state_mismatch");
}

TEST_F(RecoveryTest, StateOfAnotherJournalIsRefused) {
  SynchronousPartition other({.registry = &registry_, .limits = {}});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(other.run(model::context(), model::change("z", i)).ok());
  const auto store = empty_state();
  ASSERT_TRUE(recover({1, &other.journal(), &registry_, store.get()}).ok());
  const auto failed = recover_into(*store, registry_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "journal_state_mismatch");
  EXPECT_THAT(failed.error().message(), HasSubstr("does not belong"));
}

TEST_F(RecoveryTest, VerifyOfATrueStateIsClean) {
  const auto report = verify_state(*partition_->snapshot());
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_EQ(report->entries, partition_->journal().tip().sequence);
  EXPECT_GT(report->events, 5U);
  EXPECT_GT(report->rows, 10U);
  EXPECT_EQ(report->effects_pending, 1U);
  EXPECT_EQ(report->timers_pending, 1U);
  // Also of a state that was last flushed a while ago.
  EXPECT_TRUE(verify_state(*store_at(3)->snapshot())->clean());
}

TEST_F(RecoveryTest, VerifyNamesTheFirstRowThatDiffers) {
  // The last entry is a start, which writes the hash of the one before it only.
  partition_->restart();
  const std::uint64_t tip = partition_->journal().tip().sequence;
  const auto hash = previous_hash(partition_->state());
  const auto problems = [&](const std::string& key, std::optional<std::string> value) {
    const auto store = store_at(tip - 1);
    Overlay overlay(store->latest());
    put_previous_hash(overlay, *hash);
    if (value) {
      overlay.put(key, *value);
    } else {
      overlay.erase(key);
    }
    store->apply(overlay.close_batch(), tip);
    return verify_state(*store->snapshot())->problems;
  };
  const std::string first = std::string(partition_->state().scan({std::string(1, '\xf0'), ""})->key());
  EXPECT_THAT(problems("\xffzz", "surplus"), ElementsAre(HasSubstr("does not tell of: table 255, key 7a7a.")));
  EXPECT_THAT(problems(first, "changed"),
              ElementsAre(HasSubstr("another value than the journal says: table 240, key 0001")));
  EXPECT_THAT(problems(first, std::nullopt), ElementsAre(HasSubstr("lacks a row: table 240, key 0001")));
}

TEST_F(RecoveryTest, VerifyFindsForgottenEffectsAndTimers) {
  const std::uint64_t tip = partition_->journal().tip().sequence;
  const auto store = store_at(tip - 1);
  Overlay overlay(store->latest());
  const auto effect = list_effects(store->latest(), {}, 1).at(0).id;
  const auto timer = list_timers(store->latest(), {}, 1).at(0).id;
  remove_effect(overlay, effect);
  remove_timer(overlay, timer);
  store->apply(overlay.close_batch(), tip);
  const auto report = verify_state(*store->snapshot());
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, ::testing::Contains("Effect " + effect.to_string() + " is pending but forgotten."));
  EXPECT_THAT(report->problems, ::testing::Contains("Timer " + timer.to_string() + " is pending but forgotten."));
  EXPECT_THAT(report->problems, ::testing::Contains(HasSubstr("table ")));
}

TEST_F(RecoveryTest, VerifyRunsTheDomainsChecks) {
  registry_.on_verify("testing.never", [](const store::Reader&) -> Status { return data_loss("x", "It is wrong."); });
  EXPECT_THAT(verify_state(*partition_->snapshot())->problems, ElementsAre("testing.never: It is wrong."));
}

}  // namespace
}  // namespace florin::engine
