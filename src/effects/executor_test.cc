#include "effects/executor.h"

#include <gtest/gtest.h>

#include "http/testing/manual_executor.h"

namespace florin::effects {
namespace {

class TestClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp{1'790'000'000'000'000} + time; }
  Duration elapsed() const override { return time; }
  Duration time;
};

// Always draws the largest number.
class MaxRandom final : public Random {
 public:
  std::string bytes(std::size_t count) override { return std::string(count, '\x7f'); }
};

// A provider whose answers the test gives, one for each try.
class FakeTry final : public Try {
 public:
  void start(const engine::Effect& effect, Duration timeout, TryDone done) override {
    (void)effect;
    timeouts.push_back(timeout);
    waiting.push_back(std::move(done));
  }
  bool repeatable(const engine::Effect&) const override { return repeats; }

  std::deque<TryDone> waiting;
  std::vector<Duration> timeouts;
  bool repeats = true;
};

constexpr TryResult answered() {
  return {.outcome = TryOutcome::answered};
}
TryResult not_sent() {
  return {.outcome = TryOutcome::not_sent, .detail = "refused"};
}
TryResult unknown() {
  return {.outcome = TryOutcome::unknown, .detail = "lost"};
}

class EffectExecutorTest : public testing::Test {
 protected:
  EffectExecutorTest() {
    make({.tried_before = [](const engine::Effect&) { return false; }});
  }

  void make(ExecutorOptions options) {
    effects_ = std::make_unique<EffectExecutor>(executor_, clock_, random_, std::move(options));
    auto fake = std::make_unique<FakeTry>();
    fake_ = fake.get();
    effects_->add("test", std::move(fake));
  }

  // The number of the result in results_.
  std::size_t run(std::string provider = "psp/a", std::uint32_t tries_max = 3, std::string kind = "test") {
    engine::Effect effect;
    effect.kind = std::move(kind);
    effect.provider = std::move(provider);
    effect.timeout_ms = 1'000;
    effect.tries_max = tries_max;
    const std::size_t number = results_.size();
    results_.emplace_back();
    effects_->run(std::move(effect), [this, number](engine::EffectResult result) {
      EXPECT_FALSE(results_[number]) << "done is called once";
      results_[number] = std::move(result);
    });
    executor_.run();
    return number;
  }

  void answer(TryResult result) {
    ASSERT_FALSE(fake_->waiting.empty());
    TryDone done = std::move(fake_->waiting.front());
    fake_->waiting.pop_front();
    done(std::move(result));
    executor_.run();
  }

  void pass_time(Duration by) {
    clock_.time = clock_.time + by;
    executor_.advance(by);
  }

  engine::v1::EffectOutcome outcome(std::size_t number) const {
    return results_[number] ? results_[number]->outcome : engine::v1::EFFECT_OUTCOME_UNSPECIFIED;
  }
  ProviderStats stats() const { return effects_->stats().at(0); }

  http::ManualExecutor executor_;
  TestClock clock_;
  MaxRandom random_;
  std::unique_ptr<EffectExecutor> effects_;
  FakeTry* fake_ = nullptr;
  std::vector<std::optional<engine::EffectResult>> results_;
};

using engine::v1::EFFECT_OUTCOME_ANSWERED;
using engine::v1::EFFECT_OUTCOME_NOT_SENT;
using engine::v1::EFFECT_OUTCOME_UNKNOWN;
using engine::v1::EFFECT_OUTCOME_UNSPECIFIED;

TEST_F(EffectExecutorTest, GivesTheAnswer) {
  const auto effect = run();
  EXPECT_EQ(fake_->timeouts.at(0), Duration::seconds(1));
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNSPECIFIED);
  answer({.outcome = TryOutcome::answered, .reply = "bytes"});
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_ANSWERED);
  EXPECT_EQ(results_[effect]->reply, "bytes");
  EXPECT_EQ(results_[effect]->tries, 1u);
  EXPECT_EQ(stats().answered, 1u);
  EXPECT_EQ(stats().in_flight, 0u);
}

TEST_F(EffectExecutorTest, WhatWasNotSentIsTriedAgainAfterABackoff) {
  const auto effect = run();
  answer(not_sent());
  EXPECT_TRUE(fake_->waiting.empty()) << "not at once";
  pass_time(Duration::milliseconds(100));
  answer(not_sent());
  pass_time(Duration::milliseconds(200));
  answer(not_sent());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_NOT_SENT);
  EXPECT_EQ(results_[effect]->tries, 3u);
  EXPECT_EQ(results_[effect]->detail, "refused");
  EXPECT_EQ(stats().retries, 2u);
}

TEST_F(EffectExecutorTest, AnUnknownFateIsAskedOnceMoreUnderTheSameKeyAndThenStays) {
  const auto effect = run("psp/a", 5);
  answer(unknown());
  ASSERT_EQ(fake_->waiting.size(), 1u) << "at once";
  answer(unknown());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(results_[effect]->tries, 2u);
  const auto saved = run();
  answer(unknown());
  answer(answered());
  EXPECT_EQ(outcome(saved), EFFECT_OUTCOME_ANSWERED);
}

TEST_F(EffectExecutorTest, AnUnknownFateIsNotRepeatedWithoutAKey) {
  fake_->repeats = false;
  const auto effect = run();
  answer(unknown());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_TRUE(fake_->waiting.empty());
}

TEST_F(EffectExecutorTest, UnknownIsNeverTurnedIntoNotSent) {
  const auto effect = run("psp/a", 2);
  answer(unknown());
  answer(not_sent());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(results_[effect]->detail, "lost");
  // Nor is an answer that said nothing.
  const auto unclear = run("psp/a", 2);
  answer({.outcome = TryOutcome::answered, .reply = "500", .inconclusive = true});
  answer(not_sent());
  EXPECT_EQ(outcome(unclear), EFFECT_OUTCOME_ANSWERED);
  EXPECT_EQ(results_[unclear]->reply, "500");
}

TEST_F(EffectExecutorTest, AnEffectFromBeforeARestartIsNeverNotSent) {
  make({});
  const auto effect = run("psp/a", 1);
  answer(not_sent());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  const auto nobody = run("psp/a", 1, "nobody");
  EXPECT_EQ(outcome(nobody), EFFECT_OUTCOME_UNKNOWN);
  const auto fine = run("psp/a", 1);
  answer(answered());
  EXPECT_EQ(outcome(fine), EFFECT_OUTCOME_ANSWERED);
}

TEST_F(EffectExecutorTest, WhatCannotBeMadeIsNotTriedAgain) {
  const auto effect = run();
  answer({.outcome = TryOutcome::not_sent, .detail = "wrong", .permanent = true});
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_NOT_SENT);
  EXPECT_EQ(outcome(run("psp/a", 3, "nobody")), EFFECT_OUTCOME_NOT_SENT);
}

TEST_F(EffectExecutorTest, ATryThatNeverEndsIsUnknownAndItsLateAnswerIsDropped) {
  fake_->repeats = false;
  const auto effect = run();
  pass_time(Duration::milliseconds(1'999));
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNSPECIFIED);
  pass_time(Duration::milliseconds(1));
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  answer(answered());
  EXPECT_EQ(outcome(effect), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(stats().in_flight, 0u);
}

TEST_F(EffectExecutorTest, LimitsWhatIsInFlightAndWaiting) {
  make({.in_flight_max = 2, .queue_max = 2, .tried_before = [](const engine::Effect&) { return false; }});
  const auto first = run();
  run();
  const auto third = run();
  run();
  EXPECT_EQ(fake_->waiting.size(), 2u);
  EXPECT_EQ(stats().queued, 2u);
  EXPECT_EQ(outcome(run()), EFFECT_OUTCOME_NOT_SENT) << "the queue is full";
  run("psp/b");
  EXPECT_EQ(fake_->waiting.size(), 3u) << "another provider has its own place";
  answer(answered());
  EXPECT_EQ(outcome(first), EFFECT_OUTCOME_ANSWERED);
  EXPECT_EQ(fake_->waiting.size(), 3u) << "the next took the place";
  clock_.time = clock_.time + Duration::seconds(31);
  answer(answered());
  EXPECT_EQ(outcome(third), EFFECT_OUTCOME_UNSPECIFIED);
  EXPECT_EQ(outcome(3), EFFECT_OUTCOME_NOT_SENT) << "it waited too long";
  EXPECT_EQ(stats().refused_by_queue, 2u);
}

TEST_F(EffectExecutorTest, RetriesAreAPartOfTheTraffic) {
  make({.unknown_retries_max = 10,
        .retry_budget = 2,
        .retry_percent = 10,
        .breaker = {.window = 64, .samples_min = 64},
        .tried_before = [](const engine::Effect&) { return false; }});
  for (int i = 0; i < 20; ++i) {
    run("psp/a", 10);
    while (!fake_->waiting.empty()) answer(unknown());
  }
  // Two from the start, and one for each ten effects.
  EXPECT_EQ(stats().retries, 3u);
  EXPECT_EQ(stats().tries, 23u);
  EXPECT_GE(stats().retries_over_budget, 17u);
}

TEST_F(EffectExecutorTest, AnOpenBreakerAnswersAtOnceAndProbesLater) {
  make({.breaker = {.window = 4, .samples_min = 4, .probes_to_close = 1},
        .tried_before = [](const engine::Effect&) { return false; }});
  for (int i = 0; i < 4; ++i) {
    run("psp/a", 1);
    answer(not_sent());
  }
  EXPECT_EQ(stats().breaker, Breaker::State::open);
  EXPECT_EQ(outcome(run()), EFFECT_OUTCOME_NOT_SENT);
  EXPECT_TRUE(fake_->waiting.empty());
  pass_time(Duration::seconds(1));
  const auto probe = run();
  EXPECT_EQ(fake_->waiting.size(), 1u);
  EXPECT_EQ(outcome(run()), EFFECT_OUTCOME_NOT_SENT) << "one probe at a time";
  answer(answered());
  EXPECT_EQ(outcome(probe), EFFECT_OUTCOME_ANSWERED);
  run();
  run();
  EXPECT_EQ(fake_->waiting.size(), 2u);
  EXPECT_EQ(stats().breaker_openings, 1u);
  EXPECT_EQ(stats().refused_by_breaker, 2u);
}

TEST_F(EffectExecutorTest, WhatFailsOnThisSideSaysNothingAboutTheProvider) {
  make({.breaker = {.window = 4, .samples_min = 4, .probes_to_close = 1},
        .tried_before = [](const engine::Effect&) { return false; }});
  for (int i = 0; i < 8; ++i) {
    run("psp/a", 1);
    answer({.outcome = TryOutcome::not_sent, .detail = "no vault", .short_of_provider = true});
  }
  EXPECT_EQ(stats().breaker, Breaker::State::closed);
}

TEST_F(EffectExecutorTest, ShutdownLeavesNothingWithoutAnOutcome) {
  make({.in_flight_max = 1, .tried_before = [](const engine::Effect&) { return false; }});
  const auto flying = run();
  const auto queued = run();
  effects_->shut_down();
  executor_.run();
  EXPECT_EQ(outcome(flying), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(outcome(queued), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(outcome(run()), EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(stats().in_flight, 0u);
  // An answer after the end finds nobody.
  TryDone late = std::move(fake_->waiting.front());
  effects_.reset();
  late(answered());
  executor_.run();
}

TEST(Breaker, OpensAtHalfAndClosesAfterProbes) {
  const BreakerOptions options{.window = 4, .samples_min = 4, .probes_to_close = 2};
  Breaker breaker(options);
  Duration now;
  for (const bool success : {true, false, true}) breaker.record(success, now);
  EXPECT_EQ(breaker.state(now), Breaker::State::closed);
  breaker.record(false, now);
  EXPECT_EQ(breaker.state(now), Breaker::State::open);
  EXPECT_FALSE(breaker.admit(now));
  now = now + options.open_min;
  EXPECT_EQ(breaker.state(now), Breaker::State::half_open);
  EXPECT_TRUE(breaker.admit(now));
  EXPECT_FALSE(breaker.admit(now));
  breaker.record(false, now);
  EXPECT_FALSE(breaker.admit(now + options.open_min)) << "the next wait is twice as long";
  now = now + options.open_min * 2;
  for (int probe = 0; probe < 2; ++probe) {
    EXPECT_TRUE(breaker.admit(now));
    breaker.record(true, now);
  }
  EXPECT_EQ(breaker.state(now), Breaker::State::closed);
  EXPECT_EQ(breaker.openings(), 2u);
  breaker.record(false, now);
  EXPECT_EQ(breaker.state(now), Breaker::State::closed) << "it has forgotten the old failures";
}

TEST(Breaker, TheWaitGrowsToItsMaximum) {
  const BreakerOptions options{
      .window = 1, .samples_min = 1, .open_min = Duration::seconds(1), .open_max = Duration::seconds(4)};
  Breaker breaker(options);
  Duration now;
  breaker.record(false, now);
  for (const int seconds : {1, 2, 4, 4}) {
    EXPECT_FALSE(breaker.admit(now + Duration::seconds(seconds) - Duration::microseconds(1)));
    now = now + Duration::seconds(seconds);
    EXPECT_TRUE(breaker.admit(now));
    breaker.record(false, now);
  }
}

TEST(RetryRules, JitterIsFullAndBounded) {
  for (std::uint32_t retry = 1; retry < 40; ++retry) {
    const Duration wait = jittered_backoff(retry, Duration::milliseconds(100), Duration::seconds(5), system_random());
    EXPECT_GE(wait, Duration{});
    EXPECT_LE(wait, retry == 1 ? Duration::milliseconds(100) : Duration::seconds(5));
  }
}

}  // namespace
}  // namespace florin::effects
