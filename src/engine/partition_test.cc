// The partition with its threads. Built with the thread sanitizer too.
#include "engine/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "engine/testing/manual_clock.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "engine/verify.h"
#include "journal/memory/memory_journal.h"

namespace florin::engine {
namespace {

// Answers every effect from a thread of its own.
class ThreadRunner final : public EffectRunner {
 public:
  ~ThreadRunner() override {
    for (auto& thread : threads_) thread.join();
  }
  void run(Effect effect, EffectDone done) override {
    threads_.emplace_back([payload = effect.payload, done = std::move(done)]() mutable {
      done({v1::EFFECT_OUTCOME_ANSWERED, payload, "", 1});
    });
  }

 private:
  std::vector<std::thread> threads_;  // touched by the lane's thread, then by the destructor's
};

class PartitionTest : public ::testing::Test {
 protected:
  PartitionTest() { model::add_to(registry_); }

  std::unique_ptr<Partition> open(EffectRunner* runner = nullptr) {
    journal_ = journal::open_memory_journal(entries_);
    PartitionOptions options;
    options.number = 1;
    options.version = "test";
    options.journal = journal_.get();
    options.store = store_.get();
    options.registry = &registry_;
    options.effects = runner;
    options.on_stopped = [this](const Error& error) { stopped_.set_value(error.reason()); };
    auto partition = open_partition(options);
    CHECK(partition.ok(), "{}", partition.error().to_string());
    return *std::move(partition);
  }

  static Result<CommandReply> run(Partition& partition, CommandContext context, Decide decide) {
    std::promise<Result<CommandReply>> reply;
    partition.submit(
        {std::move(context), std::move(decide), [&](Result<CommandReply> done) { reply.set_value(std::move(done)); }});
    return reply.get_future().get();
  }

  Registry registry_;
  std::shared_ptr<journal::MemoryStore> entries_ =
      std::make_shared<journal::MemoryStore>(journal::MemoryStore::Options{.partition = 1});
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<store::Store> store_ = empty_state();
  std::promise<std::string> stopped_;
};

TEST_F(PartitionTest, ManyThreadsSubmitReadAndWatch) {
  constexpr int threads = 4;
  constexpr int commands = 300;
  auto partition = open();
  std::atomic<int> told = 0;
  auto watch = partition->watch("c0", [&] { ++told; });
  std::latch answered(threads * commands);
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      const std::string counter = "c" + std::to_string(t);
      for (int i = 0; i < commands; ++i) {
        partition->submit({model::context(), model::change(counter, 1), [&, counter, i](Result<CommandReply> reply) {
                             ASSERT_TRUE(reply.ok());
                             EXPECT_EQ(model::parse_value(reply->response), i + 1);
                             partition->snapshot_at(
                                 reply->sequence, Timestamp{INT64_MAX}, [&, counter, i](auto snapshot) {
                                   ASSERT_TRUE(snapshot.ok());
                                   EXPECT_GE(model::value(**snapshot, model::tenant(1), counter), i + 1);
                                   answered.count_down();
                                 });
                           }});
        if (i % 50 == 0) {
          auto other = partition->watch(counter, [] {});
          static_cast<void>(partition->stats());
          static_cast<void>(model::values(*partition->snapshot(), model::tenant(1)));
        }
      }
    });
  }
  for (auto& worker : workers) worker.join();
  answered.wait();
  EXPECT_EQ(partition->stats().commands_accepted, threads * commands + 1U);
  partition->shutdown();
  EXPECT_GE(told, 1);
  EXPECT_LE(told, commands);
  watch.reset();
  const auto live = store_->snapshot();
  const auto scratch = empty_state();
  const auto report = verify({1, journal_.get(), live.get(), &registry_, scratch.get()});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->clean()) << report->problems[0];
}

TEST_F(PartitionTest, EffectsRunOutsideAndTimersFireByThemselves) {
  ThreadRunner runner;
  auto partition = open(&runner);
  std::promise<void> changed;
  std::atomic<bool> done = false;
  auto watch = partition->watch("a", [&] {
    if (model::value(*partition->snapshot(), model::tenant(1), "a") == 7 && !done.exchange(true)) changed.set_value();
  });
  ASSERT_TRUE(run(*partition, model::context(), model::ask("a", "four")).ok());
  const auto soon = system_clock().now() + Duration::milliseconds(20);
  ASSERT_TRUE(run(*partition, model::context(), model::change_later("a", 3, soon)).ok());
  changed.get_future().wait();
  EXPECT_EQ(partition->stats().effects_pending, 0U);
  EXPECT_EQ(partition->stats().timers_pending, 0U);
  partition->shutdown();
}

TEST_F(PartitionTest, ShutdownFinishesWhatIsQueued) {
  auto partition = open();
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 500; ++i) {
    partition->submit({model::context(), model::change("a", 1), [&](const Result<CommandReply>& reply) {
                         if (reply.ok()) ++accepted;
                       }});
  }
  partition->shutdown();
  EXPECT_EQ(accepted, 500);
  const auto late = run(*partition, model::context(), model::change("a", 1));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().reason(), "partition_stopped");
  partition.reset();

  partition = open();
  EXPECT_EQ(model::value(*partition->snapshot(), model::tenant(1), "a"), 500);
}

TEST_F(PartitionTest, JournalFailureStopsIt) {
  auto partition = open();
  entries_->fail_next(unavailable("disk_failed", "Broken."));
  const auto failed = run(*partition, model::context(), model::change("a", 1));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "outcome_unknown");
  EXPECT_EQ(stopped_.get_future().get(), "disk_failed");
  EXPECT_EQ(run(*partition, model::context(), model::change("a", 1)).error().reason(), "partition_stopped");
  partition->shutdown();
}

TEST_F(PartitionTest, SecondOwnerFencesTheFirst) {
  auto first = open();
  const auto first_journal = std::move(journal_);
  const auto first_store = std::move(store_);
  store_ = empty_state();
  auto second = open();
  EXPECT_TRUE(run(*second, model::context(), model::change("a", 1)).ok());
  EXPECT_EQ(run(*first, model::context(), model::change("a", 1)).error().reason(), "outcome_unknown");
  EXPECT_EQ(stopped_.get_future().get(), "journal_fenced");
  first.reset();
}

}  // namespace
}  // namespace florin::engine
