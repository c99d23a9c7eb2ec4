// The contract test of the journal port: every backend passes it unchanged. A backend's own test includes this header
// once and adds
//
//   INSTANTIATE_TEST_SUITE_P(MyBackend, JournalContract, testing::Values([] { return
//   std::make_unique<MyContractBackend>(); }));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/journal.h"
#include "journal/testing/appender.h"

namespace florin::journal {

// One stored journal, and the faults the contract speaks of.
class ContractBackend {
 public:
  virtual ~ContractBackend() = default;
  virtual Partition partition() const = 0;
  // Opens the stored journal. The first call finds it empty.
  virtual Result<std::unique_ptr<Journal>> open() = 0;
  // True where `open` refuses while another Journal is open; false where the second one fences the first.
  virtual bool refuses_second_owner() const = 0;
  // Between hold and release no append becomes durable.
  virtual void hold() = 0;
  virtual void release() = 0;
  virtual void fail_next_append() = 0;
  // Changes a byte in the stored body of entry `sequence`.
  virtual void damage_body(std::uint64_t sequence) = 0;
};

class JournalContract : public testing::TestWithParam<std::function<std::unique_ptr<ContractBackend>()>> {
 protected:
  std::unique_ptr<Journal> open() {
    auto journal = backend->open();
    EXPECT_TRUE(journal.ok()) << (journal.ok() ? "" : journal.error().to_string());
    return journal.ok() ? std::move(*journal) : nullptr;
  }

  // Refuses `entry`, and everything after it, for the same reason.
  void expect_refused(const std::function<void(Entry&)>& spoil) {
    auto journal = open();
    Appender appender(*journal, backend->partition());
    appender.append("fine");
    Entry entry = appender.make("spoilt");
    spoil(entry);
    appender.append_entry(entry);
    appender.append("fine by itself");
    appender.wait();
    ASSERT_EQ(appender.outcomes().size(), 3u);
    EXPECT_TRUE(appender.outcomes()[0].ok());
    ASSERT_FALSE(appender.outcomes()[1].ok());
    EXPECT_EQ(appender.outcomes()[1].error().code(), Code::failed_precondition);
    EXPECT_EQ(appender.outcomes()[1].error().reason(), "journal_out_of_order");
    ASSERT_FALSE(appender.outcomes()[2].ok());
    EXPECT_EQ(appender.outcomes()[2].error(), appender.outcomes()[1].error());
    EXPECT_EQ(journal->tip().sequence, 1u);
  }

  std::unique_ptr<ContractBackend> backend = GetParam()();
};

TEST_P(JournalContract, AnEmptyJournalHasNothingToReadAndAZeroTip) {
  auto journal = open();
  EXPECT_EQ(journal->tip(), Tip{});
  auto cursor = journal->read(1);
  ASSERT_TRUE(cursor.ok());
  EXPECT_EQ(*(*cursor)->next(), std::nullopt);
}

TEST_P(JournalContract, ReadingStartsAtOneToTipPlusOne) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  for (const char* body : {"a", "b"}) appender.append(body);
  appender.wait();
  for (const std::uint64_t sequence : {0, 4, 1000}) {
    const auto cursor = journal->read(sequence);
    ASSERT_FALSE(cursor.ok());
    EXPECT_EQ(cursor.error().code(), Code::out_of_range);
  }
  auto last = journal->read(2);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ((*last)->next()->value().body, "b");
  EXPECT_TRUE(journal->read(3).ok());
}

TEST_P(JournalContract, EntriesOfAnySizeComeBackInOrderAndAfterReopening) {
  std::vector<Entry> appended;
  Tip tip;
  {
    auto journal = open();
    Appender appender(*journal, backend->partition());
    for (const std::size_t size : {0, 1, 6, 7, 8, 9, 15, 16, 511, 512, 4096, 5000, 300'000, 3}) {
      appender.append(std::string(size, static_cast<char>('a' + size % 26)));
    }
    appender.wait();
    for (const Status& outcome : appender.outcomes()) EXPECT_TRUE(outcome.ok());
    appended = appender.entries();
    tip = journal->tip();
    EXPECT_EQ(tip, tip_of(appended.back()));
    EXPECT_EQ(read_all(*journal), appended);
  }
  auto journal = open();
  EXPECT_EQ(journal->tip(), tip);
  EXPECT_EQ(read_all(*journal), appended);
  EXPECT_EQ(read_all(*journal, 12), std::vector<Entry>(appended.begin() + 11, appended.end()));
}

TEST_P(JournalContract, DurableIsCalledOnceForEachInTheOrderOfAppends) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  for (int i = 0; i < 200; ++i) appender.append(std::to_string(i));
  appender.wait();
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 1; i <= 200; ++i) expected.push_back(i);
  EXPECT_EQ(appender.order(), expected);
}

TEST_P(JournalContract, AsManyAppendsAsItSaysMayBeInFlight) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  ASSERT_GE(journal->appends_in_flight_max(), 1);
  backend->hold();
  for (int i = 0; i < journal->appends_in_flight_max(); ++i) appender.append("x");
  EXPECT_TRUE(appender.order().empty());
  EXPECT_EQ(journal->tip().sequence, 0u);
  backend->release();
  appender.wait();
  EXPECT_EQ(journal->tip().sequence, static_cast<std::uint64_t>(journal->appends_in_flight_max()));
}

TEST_P(JournalContract, DurableMayAppend) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  appender.append_chain(50);
  appender.wait();
  EXPECT_EQ(journal->tip().sequence, 50u);
}

TEST_P(JournalContract, TheDestructorFinishesWhatIsInFlight) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  appender.append("one");
  if (journal->appends_in_flight_max() > 1) appender.append("two");
  journal.reset();
  for (const Status& outcome : appender.outcomes()) EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(open()->tip().sequence, appender.entries().size());
}

TEST_P(JournalContract, ACursorAtTheTipGoesOnWhenThereIsMore) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  auto cursor = journal->read(1);
  ASSERT_TRUE(cursor.ok());
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(*(*cursor)->next(), std::nullopt);
    for (int k = 0; k < 1 + i % 3; ++k) appender.append(std::string(static_cast<std::size_t>(i * 97), 'x'));
    appender.wait();
    for (int k = 0; k < 1 + i % 3; ++k) EXPECT_NE(*(*cursor)->next(), std::nullopt);
  }
  EXPECT_EQ(*(*cursor)->next(), std::nullopt);
}

TEST_P(JournalContract, ACursorSeesOnlyWhatIsDurable) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  appender.append("durable");
  appender.wait();
  auto cursor = journal->read(1);
  ASSERT_TRUE(cursor.ok());
  backend->hold();
  appender.append("not yet");
  EXPECT_EQ((*cursor)->next()->value().body, "durable");
  EXPECT_EQ(*(*cursor)->next(), std::nullopt);
  backend->release();
  appender.wait();
  EXPECT_EQ((*cursor)->next()->value().body, "not yet");
}

TEST_P(JournalContract, EachLeaseHasAHigherEpochEvenIfNothingWasAppended) {
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    auto journal = open();
    const auto epoch = journal->acquire();
    ASSERT_TRUE(epoch.ok());
    EXPECT_GT(*epoch, last);
    last = *epoch;
  }
  auto journal = open();
  Appender appender(*journal, backend->partition());
  EXPECT_GT(appender.epoch(), last);
}

TEST_P(JournalContract, ASecondOwnerIsRefusedOrFencesTheFirst) {
  auto first = open();
  Appender old_owner(*first, backend->partition());
  old_owner.append("of the first");
  old_owner.wait();
  auto second = backend->open();
  if (backend->refuses_second_owner()) {
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code(), Code::failed_precondition);
    EXPECT_EQ(second.error().reason(), "data_directory_locked");
    first.reset();
    EXPECT_TRUE(backend->open().ok());
    return;
  }
  ASSERT_TRUE(second.ok());
  Appender new_owner(**second, backend->partition());
  EXPECT_GT(new_owner.epoch(), old_owner.epoch());
  old_owner.append("too late");
  old_owner.wait();
  ASSERT_FALSE(old_owner.outcomes().back().ok());
  EXPECT_EQ(old_owner.outcomes().back().error().code(), Code::failed_precondition);
  EXPECT_EQ(old_owner.outcomes().back().error().reason(), "journal_fenced");
  new_owner.append("of the second");
  new_owner.wait();
  EXPECT_EQ(read_all(**second).back().body, "of the second");
}

TEST_P(JournalContract, AfterAFailureEveryAppendFails) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  appender.append("fine");
  appender.wait();
  backend->fail_next_append();
  for (int i = 0; i < 3; ++i) {
    appender.append("fails");
    appender.wait();
  }
  const auto outcomes = appender.outcomes();
  ASSERT_EQ(outcomes.size(), 4u);
  ASSERT_FALSE(outcomes[1].ok());
  for (const std::size_t later : {2, 3}) {
    ASSERT_FALSE(outcomes[later].ok());
    EXPECT_EQ(outcomes[later].error(), outcomes[1].error());
  }
  EXPECT_EQ(journal->tip().sequence, 1u);
  EXPECT_EQ(read_all(*journal).size(), 1u);

  journal.reset();  // what was in flight has an unknown outcome: there, or not
  journal = open();
  EXPECT_LE(journal->tip().sequence, 2u);
  Appender again(*journal, backend->partition());
  again.append("goes on");
  again.wait();
  EXPECT_TRUE(again.outcomes().back().ok());
  EXPECT_EQ(read_all(*journal).back().body, "goes on");
}

TEST_P(JournalContract, RefusesAGap) {
  expect_refused([this](Entry& entry) {
    ++entry.sequence;
    seal(backend->partition(), entry);
  });
}

TEST_P(JournalContract, RefusesARepetition) {
  expect_refused([this](Entry& entry) {
    --entry.sequence;
    seal(backend->partition(), entry);
  });
}

TEST_P(JournalContract, RefusesABrokenChain) {
  expect_refused([this](Entry& entry) {
    entry.previous[7] ^= 1;
    seal(backend->partition(), entry);
  });
}

TEST_P(JournalContract, RefusesTimeThatFalls) {
  expect_refused([this](Entry& entry) {
    entry.time = entry.time - Duration::days(1);
    seal(backend->partition(), entry);
  });
}

TEST_P(JournalContract, RefusesAnotherEpochThanTheLeases) {
  expect_refused([this](Entry& entry) {
    ++entry.epoch;
    seal(backend->partition(), entry);
  });
}

TEST_P(JournalContract, RefusesAnEntryThatIsNotSealed) {
  expect_refused([](Entry& entry) { entry.body += "changed after sealing"; });
}

TEST_P(JournalContract, RefusesAnEntryOfAnotherPartition) {
  expect_refused([this](Entry& entry) { seal(static_cast<Partition>(backend->partition() + 1), entry); });
}

TEST_P(JournalContract, RefusesAppendsWithoutALease) {
  auto journal = open();
  Entry entry{.sequence = 1, .epoch = 1, .time = {1}, .previous = {}, .hash = {}, .body = "x"};
  seal(backend->partition(), entry);
  Status outcome = ok();
  journal->append(entry, [&](Status status) { outcome = std::move(status); });
  journal.reset();  // waits for the append
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().reason(), "journal_out_of_order");
}

TEST_P(JournalContract, ADamagedEntryIsFoundWhenItIsRead) {
  auto journal = open();
  Appender appender(*journal, backend->partition());
  for (int i = 0; i < 5; ++i) appender.append("some body");
  appender.wait();
  backend->damage_body(3);
  auto cursor = journal->read(1);
  ASSERT_TRUE(cursor.ok());
  EXPECT_TRUE((*cursor)->next().ok());
  EXPECT_TRUE((*cursor)->next().ok());
  for (int i = 0; i < 2; ++i) {
    const auto damaged = (*cursor)->next();
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code(), Code::data_loss);
    EXPECT_EQ(damaged.error().reason(), "journal_corrupt");
    EXPECT_NE(damaged.error().message().find("ntry 3 "), std::string::npos) << damaged.error().message();
  }
}

}  // namespace florin::journal
