#include "journal/memory/memory_journal.h"

#include <deque>

#include "journal/testing/contract_test.h"

namespace florin::journal {
namespace {

class MemoryBackend final : public ContractBackend {
 public:
  Partition partition() const override { return 3; }
  Result<std::unique_ptr<Journal>> open() override { return open_memory_journal(store_); }
  bool refuses_second_owner() const override { return false; }
  void hold() override { store_->hold_appends(); }
  void release() override { store_->release_appends(); }
  void fail_next_append() override { store_->fail_next(data_loss("disk_failed", "The test wants it so.")); }
  void damage_body(std::uint64_t sequence) override { store_->flip_byte(sequence, record_header_bytes + 2, 0x10); }

 private:
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>(MemoryStore::Options{.partition = 3});
};

INSTANTIATE_TEST_SUITE_P(Memory, JournalContract, testing::Values([] { return std::make_unique<MemoryBackend>(); }));

// Runs posted work when told.
class ManualExecutor final : public Executor {
 public:
  void post(Work work) override { work_.push_back(std::move(work)); }
  std::shared_ptr<TimerHandle> post_after(Duration, Work) override { return nullptr; }
  void run_one() {
    Work work = std::move(work_.front());
    work_.pop_front();
    work();
  }
  std::size_t pending() const { return work_.size(); }

 private:
  std::deque<Work> work_;
};

TEST(MemoryJournal, CompletesOnTheExecutor) {
  ManualExecutor executor;
  const auto store = std::make_shared<MemoryStore>(MemoryStore::Options{.executor = &executor});
  const auto journal = open_memory_journal(store);
  Appender appender(*journal, 0);
  appender.append("one");
  appender.append("two");
  EXPECT_EQ(journal->tip().sequence, 0u);
  executor.run_one();
  EXPECT_EQ(journal->tip().sequence, 1u);
  executor.run_one();
  EXPECT_EQ(journal->tip().sequence, 2u);
  EXPECT_EQ(executor.pending(), 0u);
}

TEST(MemoryJournal, ACrashDropsWhatWasNotAcknowledgedOrKeepsItUnacknowledged) {
  for (const std::size_t survivors : {0, 1, 2}) {
    const auto store = std::make_shared<MemoryStore>(MemoryStore::Options{});
    const auto before = open_memory_journal(store);
    Appender appender(*before, 0);
    appender.append("acknowledged");
    store->hold_appends();
    appender.append("in flight");
    appender.append("in flight too");
    ASSERT_EQ(store->waiting(), 2u);
    store->crash(survivors);
    EXPECT_EQ(appender.outcomes().size(), 1u);

    const auto after = open_memory_journal(store);
    EXPECT_EQ(after->tip().sequence, 1 + survivors);
    EXPECT_EQ(read_all(*after).size(), 1 + survivors);

    Status too_late = ok();
    before->append(appender.make("too late"), [&](Status status) { too_late = std::move(status); });
    store->release_appends();
    ASSERT_FALSE(too_late.ok());
    EXPECT_EQ(too_late.error().reason(), "journal_fenced");
  }
}

TEST(MemoryJournal, AnAppendThatIsInFlightWhenANewOwnerComesIsFenced) {
  const auto store = std::make_shared<MemoryStore>(MemoryStore::Options{});
  const auto first = open_memory_journal(store);
  Appender old_owner(*first, 0);
  store->hold_appends();
  old_owner.append("slow");
  const auto second = open_memory_journal(store);
  Appender new_owner(*second, 0);
  store->release_appends();
  ASSERT_EQ(old_owner.outcomes().size(), 1u);
  EXPECT_EQ(old_owner.outcomes()[0].error().reason(), "journal_fenced");
  EXPECT_EQ(second->tip().sequence, 0u);
}

}  // namespace
}  // namespace florin::journal
