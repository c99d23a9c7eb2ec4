// A partition's life as a domain sees it, over the synchronous partition.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/recovery.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "florin/engine/testing/v1/model.pb.h"

namespace florin::engine {
namespace {

using State = SynchronousPartition::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using testing::v1::CounterChanged;

EffectResult answered(std::string reply) {
  return {v1::EFFECT_OUTCOME_ANSWERED, std::move(reply), "", 1};
}

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() { model::add_to(registry_); }

  SynchronousPartition& partition() {
    if (!partition_) partition_ = std::make_unique<SynchronousPartition>(options_);
    return *partition_;
  }
  Result<std::string> run(Decide decide, std::uint32_t tenant = 1) {
    return partition().run(model::context(tenant), std::move(decide));
  }
  std::int64_t value(const std::string& counter) {
    return model::value(partition().state(), model::tenant(1), counter).value_or(-1);
  }
  // The same state by all three ways.
  void expect_same_after_restarts() {
    const auto rows = model::values(partition().state(), model::tenant(1));
    partition().restart();
    const std::string live = partition().digest();
    partition().restart(State::replay_from_zero);
    // The third start left one more entry than the second.
    EXPECT_EQ(model::values(partition().state(), model::tenant(1)), rows);
    partition().restart();
    const std::string kept = partition().digest();
    const auto replayed = replay_digest();
    EXPECT_EQ(kept, replayed);
    EXPECT_NE(live, "");
  }
  std::string replay_digest();

  Registry registry_;
  SynchronousPartition::Options options_{.registry = &registry_, .limits = {}};
  std::unique_ptr<SynchronousPartition> partition_;
};

std::string EngineTest::replay_digest() {
  const auto store = empty_state();
  const auto replayed = recover({options_.number, &partition().journal(), &registry_, store.get()});
  CHECK(replayed.ok(), "{}", replayed.error().to_string());
  return state_digest(store->latest());
}

TEST_F(EngineTest, AcceptedCommandIsInStateAndJournal) {
  const auto reply = partition().run_command(model::context(), model::change("a", 5));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(model::parse_value(reply->response), 5);
  EXPECT_EQ(reply->sequence, partition().journal().tip().sequence);
  EXPECT_FALSE(reply->replayed);
  EXPECT_EQ(value("a"), 5);
}

TEST_F(EngineTest, RefusalLeavesNoTrace) {
  ASSERT_TRUE(run(model::change("a", 5)).ok());
  const auto before = partition().digest();
  const auto tip = partition().journal().tip();
  const auto refused = run([](Work& work) -> Result<std::string> {
    auto later = model::change_later("a", 1, work.now());
    EXPECT_TRUE(later(work).ok());
    auto asked = model::ask("a", "?");
    EXPECT_TRUE(asked(work).ok());
    auto more = model::change("a", 7);
    EXPECT_TRUE(more(work).ok());
    EXPECT_EQ(model::value(work.state(), work.tenant(), "a"), 12);
    return failed_precondition("changed_my_mind", "No.");
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "changed_my_mind");
  EXPECT_EQ(partition().digest(), before);
  EXPECT_EQ(partition().journal().tip(), tip);
  EXPECT_TRUE(partition().pending_effects().empty());
  partition().advance(Duration::days(1));
  EXPECT_EQ(value("a"), 5);
}

TEST_F(EngineTest, ExceptionInDecideIsInternalAndLeavesNoTrace) {
  const auto before = partition().digest();
  const auto failed = run([](Work& work) -> Result<std::string> {
    auto more = model::change("a", 7);
    EXPECT_TRUE(more(work).ok());
    return std::string(std::string().at(3), 'x');
  });
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), Code::internal);
  EXPECT_EQ(partition().digest(), before);
}

TEST_F(EngineTest, TextThatCannotBeReadBackIsRefused) {
  const auto before = partition().digest();
  const auto refused = run(model::change("a", 7, "\xff\xfe"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "event_not_readable");
  EXPECT_EQ(partition().digest(), before);
}

TEST_F(EngineTest, TooManyEventsAreRefused) {
  options_.limits.command_events_max = 10;
  const auto refused = run([](Work& work) -> Result<std::string> {
    for (int i = 0; i < 11; ++i) {
      auto more = model::change("a", 1);
      EXPECT_TRUE(more(work).ok());
    }
    return std::string();
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "command_too_large");
  EXPECT_EQ(value("a"), -1);
}

TEST_F(EngineTest, SameKeyAndBodyReplaysTheAnswer) {
  const auto first = partition().run_command(model::keyed_context("k", "a", 5), model::change("a", 5));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  partition().restart(State::replay_from_zero);
  const auto again = partition().run_command(model::keyed_context("k", "a", 5), model::change("a", 5));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->response, first->response);
  EXPECT_EQ(again->sequence, first->sequence);
  EXPECT_EQ(value("a"), 6);
  EXPECT_EQ(partition().stats().commands_replayed, 1U);
}

TEST_F(EngineTest, SameKeyWithAnotherBodyNamesTheDifference) {
  ASSERT_TRUE(partition().run(model::keyed_context("k", "a", 5), model::change("a", 5)).ok());
  const auto other = partition().run(model::keyed_context("k", "a", 6), model::change("a", 6));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::invalid_argument);
  EXPECT_EQ(other.error().reason(), "idempotency_key_reused");
  EXPECT_THAT(other.error().message(), HasSubstr("the field change.amount"));
  EXPECT_EQ(value("a"), 5);
}

TEST_F(EngineTest, KeysAreOfOneTenantAndMethod) {
  ASSERT_TRUE(partition().run(model::keyed_context("k", "a", 5, 1), model::change("a", 5)).ok());
  ASSERT_TRUE(partition().run(model::keyed_context("k", "a", 5, 2), model::change("a", 5)).ok());
  auto other_method = model::keyed_context("k", "a", 5);
  other_method.idempotency->method = "florin.engine.testing.v1.CounterService/Other";
  ASSERT_TRUE(partition().run(other_method, model::change("a", 5)).ok());
  EXPECT_EQ(value("a"), 10);
  EXPECT_EQ(model::value(partition().state(), model::tenant(2), "a"), 5);
}

TEST_F(EngineTest, RefusalsAreNotRecorded) {
  ASSERT_FALSE(partition().run(model::keyed_context("k", "a", -5), model::change("a", -5)).ok());
  ASSERT_TRUE(run(model::change("a", 5)).ok());
  const auto reply = partition().run_command(model::keyed_context("k", "a", -5), model::change("a", -5));
  ASSERT_TRUE(reply.ok());
  EXPECT_FALSE(reply->replayed);
}

TEST_F(EngineTest, BadIdempotencyKeyIsRefused) {
  for (const std::string& key : {std::string(), std::string("a b"), std::string("a\0b", 3), std::string(256, 'x')}) {
    const auto refused = partition().run(model::keyed_context(key, "a", 5), model::change("a", 5));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().reason(), "idempotency_key_invalid");
  }
}

TEST_F(EngineTest, IdempotencyRecordsExpire) {
  options_.limits.idempotency_expired_batch = 3;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(partition().run(model::keyed_context(std::to_string(i), "a", 1), model::change("a", 1)).ok());
  }
  partition().advance(options_.limits.idempotency_kept - Duration::seconds(1));
  EXPECT_TRUE(partition().run_command(model::keyed_context("4", "a", 1), model::change("a", 1))->replayed);
  partition().advance(Duration::minutes(2));
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(
        partition().run_command(model::keyed_context(std::to_string(i), "a", 1), model::change("a", 1))->replayed);
  }
  EXPECT_EQ(value("a"), 20);
  expect_same_after_restarts();
}

TEST_F(EngineTest, PassedDeadlineRefuses) {
  auto context = model::context();
  context.deadline = partition().now() - Duration::microseconds(1);
  const auto late = partition().run(context, model::change("a", 5));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code(), Code::deadline_exceeded);
  context.deadline = partition().now();
  EXPECT_TRUE(partition().run(context, model::change("a", 5)).ok());
}

TEST_F(EngineTest, FirstOutcomeOfAnEffectWins) {
  ASSERT_TRUE(run(model::ask("a", "how long?")).ok());
  const auto pending = partition().pending_effects();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0].payload, "how long?");
  EXPECT_EQ(pending[0].tenant, model::tenant(1));
  EXPECT_EQ(pending[0].subject, "a");
  EXPECT_EQ(pending[0].trace, model::context().trace);
  EXPECT_EQ(partition().stats().effects_pending, 1U);

  partition().complete(pending[0].id, answered("four"));
  partition().complete(pending[0].id, answered("something else"));
  EXPECT_EQ(value("a"), 4);
  EXPECT_TRUE(partition().pending_effects().empty());
  EXPECT_EQ(partition().stats().effects_pending, 0U);
  expect_same_after_restarts();
}

class EchoRunner final : public EffectRunner {
 public:
  void run(Effect effect, EffectDone done) override {
    seen.push_back(effect.payload);
    if (answer) {
      done({v1::EFFECT_OUTCOME_ANSWERED, effect.payload, "", 1});
    } else {
      held.push_back(std::move(done));
    }
  }
  bool answer = true;
  std::vector<std::string> seen;
  std::vector<EffectDone> held;
};

TEST_F(EngineTest, RunnerGetsEffectsInOrderAndOutcomesComeBack) {
  EchoRunner runner;
  options_.effects = &runner;
  ASSERT_TRUE(run(model::ask("a", "x")).ok());
  ASSERT_TRUE(run(model::ask("a", "yy")).ok());
  EXPECT_THAT(runner.seen, ElementsAre("x", "yy"));
  EXPECT_EQ(value("a"), 3);
  EXPECT_TRUE(partition().pending_effects().empty());
}

TEST_F(EngineTest, EffectsBeyondTheBoundWaitTheirTurn) {
  EchoRunner runner;
  runner.answer = false;
  options_.effects = &runner;
  options_.limits.effects_running_max = 2;
  for (const char* question : {"1", "2", "3", "4"}) ASSERT_TRUE(run(model::ask("a", question)).ok());
  EXPECT_THAT(runner.seen, ElementsAre("1", "2"));
  runner.held[1](answered(""));
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  EXPECT_THAT(runner.seen, ElementsAre("1", "2", "3"));

  // A restart hands all that are pending out again, the oldest first.
  runner.seen.clear();
  partition().restart();
  EXPECT_THAT(runner.seen, ElementsAre("1", "3"));
}

TEST_F(EngineTest, TimersFireInOrderOnce) {
  const Timestamp start = partition().now();
  ASSERT_TRUE(run(model::change_later("b", 2, start + Duration::hours(2))).ok());
  ASSERT_TRUE(run(model::change_later("a", 1, start + Duration::hours(1))).ok());
  const auto canceled = run(model::change_later("c", 9, start + Duration::hours(1)));
  ASSERT_TRUE(canceled.ok());
  ASSERT_TRUE(run(model::cancel(*TimerId::parse(*canceled))).ok());
  EXPECT_EQ(partition().stats().timers_pending, 2U);

  partition().advance(Duration::minutes(59));
  EXPECT_EQ(value("a"), -1);
  partition().restart();
  partition().advance(Duration::minutes(1));
  EXPECT_EQ(value("a"), 1);
  EXPECT_EQ(value("b"), -1);
  partition().advance(Duration::days(1));
  EXPECT_EQ(value("b"), 2);
  EXPECT_EQ(value("c"), -1);
  EXPECT_EQ(partition().stats().timers_pending, 0U);
  const auto events = partition().events(model::tenant(1), "b");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].context.time, start + Duration::hours(2));
  EXPECT_EQ(events[0].context.command, "timer");
  expect_same_after_restarts();
}

TEST_F(EngineTest, TimerSetForThePastFiresAtOnce) {
  ASSERT_TRUE(run(model::change_later("a", 1, partition().now() - Duration::hours(1))).ok());
  EXPECT_EQ(value("a"), 1);
}

TEST_F(EngineTest, TimersOfATimerTakeTheirPlaceInTheOrder) {
  std::vector<std::string> fired;
  registry_.on_timer("testing.chain", [&](Work& work, const Timer& timer) {
    fired.push_back(timer.payload);
    if (timer.payload == "1") work.set_timer({"testing.chain", "", timer.due + Duration::seconds(1), "2"});
  });
  const Timestamp start = partition().now();
  ASSERT_TRUE(run([&](Work& work) -> Result<std::string> {
                work.set_timer({"testing.chain", "", start + Duration::seconds(10), "1"});
                work.set_timer({"testing.chain", "", start + Duration::seconds(12), "3"});
                return std::string();
              }).ok());
  partition_->restart();
  partition_->advance(Duration::hours(1));
  EXPECT_THAT(fired, ElementsAre("1", "2", "3"));
}

TEST_F(EngineTest, PoliciesRunAfterEachEventAndMayRefuse) {
  registry_.on_reaction<CounterChanged>(
      [](Work& work, const EventContext& context, const CounterChanged& event) -> Status {
        if (event.counter() == "a") {
          auto mirror = model::change("mirror", event.amount());
          EXPECT_TRUE(mirror(work).ok());
        }
        if (event.counter() == "mirror" && *model::value(work.state(), context.tenant, "mirror") > 10) {
          return failed_precondition("mirror_full", "The mirror is full.");
        }
        return ok();
      });
  ASSERT_TRUE(run(model::change("a", 6)).ok());
  EXPECT_EQ(value("mirror"), 6);
  const auto refused = run(model::change("a", 6));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "mirror_full");
  EXPECT_THAT(model::values(partition().state(), model::tenant(1)), ElementsAre(Pair("a", 6), Pair("mirror", 6)));
  expect_same_after_restarts();
}

TEST_F(EngineTest, PoliciesThatNeverEndAreStopped) {
  registry_.on_reaction<CounterChanged>([](Work& work, const EventContext&, const CounterChanged&) -> Status {
    auto more = model::change("a", 1);
    EXPECT_TRUE(more(work).ok());
    return ok();
  });
  const auto refused = run(model::change("a", 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "command_too_large");
}

TEST_F(EngineTest, TimelineTellsEachEventOfASubject) {
  ASSERT_TRUE(run(model::change("a", 6, "first")).ok());
  ASSERT_TRUE(run(model::change("b", 1)).ok());
  ASSERT_TRUE(run(model::change("a", -6, "second")).ok());
  ASSERT_TRUE(run(model::change("a", 1), 2).ok());
  const auto events = partition().events(model::tenant(1), "a");
  ASSERT_EQ(events.size(), 2U);
  CounterChanged event;
  ASSERT_TRUE(event.ParseFromString(events[1].payload));
  EXPECT_EQ(event.note(), "second");
  EXPECT_EQ(events[1].type, 9000U);
  EXPECT_EQ(events[1].context.tenant, model::tenant(1));
  EXPECT_EQ(events[1].context.actor.id, "key_test");
  EXPECT_EQ(events[1].context.trace, model::context().trace);
  EXPECT_EQ(events[1].context.command, model::context().name);
  EXPECT_EQ(events[1].context.time, partition().now());
  EXPECT_LT(events[0].context.position, events[1].context.position);
  const auto page = list_events(partition().state(), model::tenant(1), "a", events[1].context.position, 10);
  EXPECT_EQ(page.size(), 1U);
}

TEST_F(EngineTest, PlatformMayEmitForTenants) {
  CommandContext platform;
  platform.name = "platform";
  ASSERT_TRUE(partition()
                  .run(platform,
                       [](Work& work) -> Result<std::string> {
                         CounterChanged event;
                         event.set_counter("a");
                         for (const std::uint32_t n : {1U, 1U, 2U}) {
                           event.set_amount(n);
                           work.emit_for(model::tenant(n), "a", event);
                         }
                         return std::string();
                       })
                  .ok());
  EXPECT_EQ(value("a"), 2);
  EXPECT_EQ(model::value(partition().state(), model::tenant(2), "a"), 2);
  expect_same_after_restarts();
}

TEST_F(EngineTest, IdsAreNeverGivenTwice) {
  std::set<Position> seen;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(run([&](Work& work) -> Result<std::string> {
                  for (int n = 0; n < 3; ++n) EXPECT_TRUE(seen.insert(work.new_position()).second);
                  auto change = model::change("a", 1);
                  return change(work);
                }).ok());
    partition().restart();
  }
}

TEST_F(EngineTest, ClockThatStepsBackDoesNotMoveTheLane) {
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  const Timestamp before = partition().now();
  partition().advance(Duration::hours(-1));
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  EXPECT_EQ(partition().journal().tip().time, before);
}

TEST_F(EngineTest, WatchTellsOfItsSubjectOnly) {
  int told = 0;
  auto watch = partition().watch("a", [&] { ++told; });
  ASSERT_TRUE(run(model::change("b", 1)).ok());
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(run([](Work& work) -> Result<std::string> {
                auto one = model::change("a", 1);
                EXPECT_TRUE(one(work).ok());
                auto two = model::change("a", 1);
                return two(work);
              }).ok());
  EXPECT_EQ(told, 1);
  watch.reset();
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  EXPECT_EQ(told, 1);
}

TEST_F(EngineTest, WatchMayEndItselfInItsCallback) {
  int told = 0;
  std::unique_ptr<Watch> watch;
  watch = partition().watch("a", [&] {
    ++told;
    watch.reset();
  });
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  EXPECT_EQ(told, 1);
}

TEST_F(EngineTest, SnapshotWaitsForItsPosition) {
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  const std::uint64_t next = partition().journal().tip().sequence + 1;
  std::optional<Result<std::shared_ptr<const store::Snapshot>>> got;
  const auto keep = [&](Result<std::shared_ptr<const store::Snapshot>> snapshot) { got = std::move(snapshot); };
  partition().snapshot_at(next, partition().now() + Duration::seconds(1), keep);
  EXPECT_FALSE(got);
  ASSERT_TRUE(run(model::change("a", 1)).ok());
  ASSERT_TRUE(got && got->ok());
  EXPECT_EQ((**got)->sequence(), next);
  EXPECT_EQ(model::value(***got, model::tenant(1), "a"), 2);

  got.reset();
  partition().snapshot_at(next + 1, partition().now() + Duration::seconds(1), keep);
  partition().advance(Duration::seconds(1));
  ASSERT_TRUE(got && !got->ok());
  EXPECT_EQ(got->error().reason(), "position_not_reached");
}

TEST_F(EngineTest, ShutDownPartitionRefuses) {
  partition().shutdown();
  const auto refused = run(model::change("a", 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::unavailable);
}

}  // namespace
}  // namespace florin::engine
