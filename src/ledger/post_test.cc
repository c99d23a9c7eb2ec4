// Every result of posting, its precedence, chains, limits and repetitions.
#include "ledger/post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/money.h"
#include "ledger/tables.h"
#include "ledger/testing/ledger_fixture.h"
#include "ledger/verify.h"

namespace florin::ledger {
namespace {

namespace flag = transfer_flag;
using testing::ElementsAre;

constexpr auto created = v1::TRANSFER_RESULT_CREATED;
constexpr auto exists = v1::TRANSFER_RESULT_EXISTS;
constexpr auto linked_failed = v1::TRANSFER_RESULT_LINKED_FAILED;

// Accounts 1 and 2 are plain, 3 must not be debited beyond its credits, 4 not be credited beyond its debits, 5 is
// frozen, 6 is in another ledger, 7 is closed, 8 is managed.
class Post : public testing::Test {
 protected:
  Post() {
    ledger_.add_account(1);
    ledger_.add_account(2);
    ledger_.add_account(3, account_flag::debits_must_not_exceed_credits);
    ledger_.add_account(4, account_flag::credits_must_not_exceed_debits);
    ledger_.add_account(5, account_flag::frozen);
    ledger_.add_account(6, 0, "JPY/0");
    ledger_.add_account(7, account_flag::closed);
    ledger_.add_account(8, account_flag::managed);
  }
  ~Post() override {
    const auto verified = verify_ledger(ledger_.state());
    EXPECT_TRUE(verified.ok()) << verified.error().to_string();
  }

  v1::TransferResult result(const TransferRecord& record) { return ledger_.post_one(record).result; }
  std::vector<v1::TransferResult> results(const std::vector<TransferRecord>& batch) {
    return results_of(ledger_.post(batch), batch.size());
  }

  static TransferRecord resolve(std::uint64_t id, std::uint64_t pending, std::uint16_t how, std::uint64_t amount = 0) {
    TransferRecord record = make_transfer({id, 0, 0}, amount, how);
    record.pending_id = U128::of(pending);
    return record;
  }

  LedgerFixture ledger_;
};

TEST_F(Post, MovesMoney) {
  const std::uint64_t now_us = ledger_.now_us();
  EXPECT_EQ(result(make_transfer({1, 1, 2}, 70)), created);
  EXPECT_EQ(ledger_.account(1).balances.debits_posted, U128::of(70));
  EXPECT_EQ(ledger_.account(2).balances.credits_posted, U128::of(70));
  const auto recorded = *ledger_.transfer(1);
  EXPECT_EQ(recorded.ledger, ledger_number("USD/2"));
  EXPECT_EQ(recorded.recorded_time_us, now_us);
  EXPECT_EQ(recorded.effective_time_us, now_us);
}

TEST_F(Post, RecordedTimesAreUniqueAndIncreasing) {
  EXPECT_THAT(results({make_transfer({1, 1, 2}, 1), make_transfer({2, 1, 2}, 0), make_transfer({3, 1, 2}, 1)}),
              ElementsAre(created, v1::TRANSFER_RESULT_AMOUNT_ZERO, created));
  EXPECT_EQ(result(make_transfer({4, 1, 2}, 1)), created);
  EXPECT_EQ(ledger_.transfer(3)->recorded_time_us, ledger_.transfer(1)->recorded_time_us + 1);
  EXPECT_EQ(ledger_.transfer(4)->recorded_time_us, ledger_.transfer(1)->recorded_time_us + 2);
}

TEST_F(Post, RefusesWhatIsMalformed) {
  const auto with_pending_id = [](TransferRecord record) {
    record.pending_id = U128::of(9);
    return record;
  };
  TransferRecord timeout = make_transfer({1, 1, 2}, 1);
  timeout.timeout_s = 1;
  TransferRecord all_ones = make_transfer({1, 1, 2}, 1);
  all_ones.id = U128::max();
  EXPECT_EQ(result(make_transfer({0, 1, 2}, 1)), v1::TRANSFER_RESULT_ID_INVALID);
  EXPECT_EQ(result(all_ones), v1::TRANSFER_RESULT_ID_INVALID);
  for (const int flags : {flag::pending | flag::post_pending, flag::post_pending | flag::void_pending,
                          flag::void_pending | flag::balancing_debit, flag::post_pending | flag::closing_credit,
                          flag::pending | flag::closing_debit, 1 << 8, 1 << 15}) {
    EXPECT_EQ(result(make_transfer({1, 1, 2}, 1, static_cast<std::uint16_t>(flags))),
              v1::TRANSFER_RESULT_FLAGS_EXCLUDE_EACH_OTHER)
        << flags;
  }
  EXPECT_EQ(result(make_transfer({1, 1, 2}, 1, flag::post_pending)), v1::TRANSFER_RESULT_PENDING_ID_REQUIRED);
  EXPECT_EQ(result(with_pending_id(make_transfer({1, 1, 2}, 1))), v1::TRANSFER_RESULT_PENDING_ID_NOT_ALLOWED);
  EXPECT_EQ(result(timeout), v1::TRANSFER_RESULT_TIMEOUT_ONLY_FOR_PENDING);
  EXPECT_EQ(result(make_transfer({1, 1, 2}, 0)), v1::TRANSFER_RESULT_AMOUNT_ZERO);
}

TEST_F(Post, RefusesAccountsThatDoNotFit) {
  EXPECT_EQ(result(make_transfer({1, 99, 2}, 1)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_NOT_FOUND);
  EXPECT_EQ(result(make_transfer({1, 0, 99}, 1)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_NOT_FOUND);
  EXPECT_EQ(result(make_transfer({1, 1, 99}, 1)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_NOT_FOUND);
  EXPECT_EQ(result(make_transfer({1, 1, 1}, 1)), v1::TRANSFER_RESULT_ACCOUNTS_ARE_THE_SAME);
  EXPECT_EQ(result(make_transfer({1, 1, 6}, 1)), v1::TRANSFER_RESULT_ACCOUNTS_IN_DIFFERENT_LEDGERS);
  TransferRecord other_ledger = make_transfer({1, 1, 2}, 1);
  other_ledger.ledger = ledger_number("JPY/0");
  EXPECT_EQ(result(other_ledger), v1::TRANSFER_RESULT_LEDGER_DIFFERS_FROM_ACCOUNTS);
  EXPECT_EQ(result(make_transfer({1, 5, 2}, 1)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN);
  EXPECT_EQ(result(make_transfer({1, 1, 5}, 1)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_FROZEN);
  EXPECT_EQ(result(make_transfer({1, 7, 2}, 1)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_CLOSED);
  EXPECT_EQ(result(make_transfer({1, 1, 7}, 1)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED);
}

TEST_F(Post, OnlyFlorinMovesManagedAccounts) {
  EXPECT_EQ(result(make_transfer({1, 8, 2}, 1)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN);
  EXPECT_EQ(result(make_transfer({1, 1, 8}, 1)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_FROZEN);
  EXPECT_EQ(ledger_.post_one(make_transfer({1, 8, 2}, 5, flag::pending), Poster::florin).result, created);
  EXPECT_EQ(result(resolve(2, 1, flag::void_pending)), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN);
  EXPECT_EQ(ledger_.post_one(resolve(2, 1, flag::void_pending), Poster::florin).result, created);
}

TEST_F(Post, RefusesTimesInTheFuture) {
  TransferRecord record = make_transfer({1, 1, 2}, 1);
  record.effective_time_us = ledger_.now_us() + 1;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_EFFECTIVE_TIME_IN_THE_FUTURE);
  record.effective_time_us = 1;
  EXPECT_EQ(result(record), created);
  EXPECT_EQ(ledger_.transfer(1)->effective_time_us, 1u);
}

TEST_F(Post, PostsAllOrLessOfWhatIsPending) {
  EXPECT_THAT(results({make_transfer({1, 1, 2}, 50, flag::pending), make_transfer({2, 1, 2}, 30, flag::pending)}),
              ElementsAre(created, created));
  EXPECT_EQ(ledger_.account(1).balances.debits_pending, U128::of(80));
  EXPECT_EQ(result(resolve(3, 1, flag::post_pending, 51)), v1::TRANSFER_RESULT_AMOUNT_EXCEEDS_PENDING);
  EXPECT_EQ(result(resolve(3, 1, flag::post_pending)), created);
  EXPECT_EQ(result(resolve(4, 2, flag::post_pending, 10)), created);
  EXPECT_EQ(ledger_.account(1).balances, (Balances{.debits_posted = U128::of(60)}));
  EXPECT_EQ(ledger_.account(2).balances, (Balances{.credits_posted = U128::of(60)}));
  EXPECT_EQ(ledger_.transfer(3)->amount_minor, 50u);
  EXPECT_EQ(ledger_.transfer(3)->debit_account_id, U128::of(1));
  EXPECT_EQ(result(resolve(5, 1, flag::post_pending)), v1::TRANSFER_RESULT_PENDING_ALREADY_POSTED);
  EXPECT_EQ(result(resolve(5, 1, flag::void_pending)), v1::TRANSFER_RESULT_PENDING_ALREADY_POSTED);
}

TEST_F(Post, VoidReleases) {
  EXPECT_EQ(result(make_transfer({1, 1, 2}, 50, flag::pending)), created);
  EXPECT_EQ(result(resolve(2, 1, flag::void_pending, 49)), v1::TRANSFER_RESULT_VOID_AMOUNT_DIFFERS);
  EXPECT_EQ(result(resolve(2, 1, flag::void_pending, 50)), created);
  EXPECT_EQ(ledger_.account(1).balances, Balances{});
  EXPECT_EQ(result(resolve(3, 1, flag::post_pending)), v1::TRANSFER_RESULT_PENDING_ALREADY_VOIDED);
}

TEST_F(Post, RefusesToResolveWhatDoesNotFit) {
  EXPECT_EQ(result(make_transfer({1, 1, 2}, 50)), created);
  EXPECT_EQ(result(make_transfer({2, 1, 2}, 50, flag::pending)), created);
  EXPECT_EQ(result(resolve(3, 99, flag::post_pending)), v1::TRANSFER_RESULT_PENDING_TRANSFER_NOT_FOUND);
  EXPECT_EQ(result(resolve(3, 1, flag::post_pending)), v1::TRANSFER_RESULT_TRANSFER_IS_NOT_PENDING);
  TransferRecord other = resolve(3, 2, flag::post_pending);
  other.debit_account_id = U128::of(2);
  other.credit_account_id = U128::of(1);
  EXPECT_EQ(result(other), v1::TRANSFER_RESULT_PENDING_ACCOUNTS_DIFFER);
}

TEST_F(Post, ReservationsCannotSpendTheSameMoneyTwice) {
  EXPECT_EQ(result(make_transfer({1, 1, 3}, 100)), created);
  EXPECT_EQ(result(make_transfer({2, 3, 1}, 60, flag::pending)), created);
  EXPECT_EQ(result(make_transfer({3, 3, 1}, 41, flag::pending)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  EXPECT_EQ(result(make_transfer({4, 3, 1}, 40)), created);
  EXPECT_EQ(result(resolve(5, 2, flag::post_pending)), created);
  EXPECT_EQ(result(make_transfer({6, 3, 1}, 1)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  // A pending credit is not there yet.
  EXPECT_EQ(result(make_transfer({7, 1, 3}, 10, flag::pending)), created);
  EXPECT_EQ(result(make_transfer({8, 3, 1}, 1)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  EXPECT_EQ(result(make_transfer({9, 1, 4}, 1)), v1::TRANSFER_RESULT_EXCEEDS_DEBITS);
}

TEST_F(Post, OverdraftWidensTheLimit) {
  const auto outcome = ledger_.create_account({.id = U128::of(20),
                                               .path = "test/20",
                                               .ledger = "USD/2",
                                               .account_class = v1::ACCOUNT_CLASS_LIABILITY,
                                               .flags = account_flag::debits_must_not_exceed_credits,
                                               .overdraft_minor = 10});
  ASSERT_EQ(outcome.result, v1::CREATE_ACCOUNT_RESULT_CREATED);
  EXPECT_EQ(result(make_transfer({1, 20, 1}, 11)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  EXPECT_EQ(result(make_transfer({1, 20, 1}, 10)), created);
  EXPECT_EQ(result(make_transfer({2, 20, 1}, 1)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
}

TEST_F(Post, BalancingTakesWhatTheLimitLeaves) {
  EXPECT_EQ(result(make_transfer({1, 1, 3}, 25)), created);
  EXPECT_EQ(result(make_transfer({2, 3, 1}, 100, flag::balancing_debit)), created);
  EXPECT_EQ(ledger_.transfer(2)->amount_minor, 25u);
  EXPECT_EQ(result(make_transfer({3, 3, 1}, 100, flag::balancing_debit)), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  EXPECT_EQ(result(make_transfer({4, 1, 4}, 100, flag::balancing_credit)), v1::TRANSFER_RESULT_EXCEEDS_DEBITS);
  EXPECT_EQ(result(make_transfer({5, 1, 2}, 100, flag::balancing_debit)), created);
  EXPECT_EQ(ledger_.transfer(5)->amount_minor, 100u);
}

TEST_F(Post, ClosingTransfersAreTheLast) {
  EXPECT_EQ(result(make_transfer({1, 1, 3}, 25)), created);
  EXPECT_EQ(result(make_transfer({2, 1, 3}, 5, flag::pending)), created);
  EXPECT_EQ(result(make_transfer({3, 3, 1}, 99, flag::balancing_debit | flag::closing_debit)), created);
  EXPECT_TRUE(ledger_.account(3).has(account_flag::closed));
  EXPECT_EQ(result(make_transfer({4, 1, 3}, 1)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED);
  EXPECT_EQ(result(resolve(5, 2, flag::post_pending)), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED);
  EXPECT_EQ(result(resolve(5, 2, flag::void_pending)), created);
  EXPECT_EQ(result(make_transfer({6, 1, 2}, 0, flag::closing_credit)), created);
  EXPECT_TRUE(ledger_.account(2).has(account_flag::closed));
}

TEST_F(Post, RefusesOverflow) {
  const auto most = static_cast<std::uint64_t>(amount_minor_max);
  EXPECT_EQ(result(make_transfer({1, 1, 2}, most + 1)), v1::TRANSFER_RESULT_OVERFLOW);
  EXPECT_EQ(result(make_transfer({1, 1, 2}, most)), created);
}

TEST_F(Post, TheSameAgainExists) {
  TransferRecord plain = make_transfer({1, 1, 3}, 25);
  plain.transaction_id = U128::of(77);
  TransferRecord pending = make_transfer({2, 1, 2}, 50, flag::pending);
  pending.timeout_s = 10;
  const TransferRecord post = resolve(3, 2, flag::post_pending);
  const TransferRecord sweep = make_transfer({4, 3, 1}, 100, flag::balancing_debit);
  const std::vector<TransferRecord> batch = {plain, pending, post, sweep};
  EXPECT_THAT(results(batch), ElementsAre(created, created, created, created));
  EXPECT_THAT(results(batch), ElementsAre(exists, exists, exists, exists));
  EXPECT_THAT(results({*ledger_.transfer(1), *ledger_.transfer(3)}), ElementsAre(exists, exists));
  // Within one batch, too.
  EXPECT_THAT(results({make_transfer({9, 1, 2}, 1), make_transfer({9, 1, 2}, 1)}), ElementsAre(created, exists));
  // Where the money is gone by now, or the account is closed, it exists all the same.
  EXPECT_EQ(result(make_transfer({10, 1, 3}, 0, flag::closing_credit)), created);
  EXPECT_EQ(result(plain), exists);
}

TEST_F(Post, NamesTheFieldThatDiffers) {
  TransferRecord original = make_transfer({1, 1, 2}, 25, flag::pending);
  original.timeout_s = 5;
  ASSERT_EQ(result(original), created);
  const auto differs = [&](auto change) {
    TransferRecord record = original;
    change(record);
    const auto outcome = ledger_.post_one(record);
    EXPECT_EQ(outcome.result, v1::TRANSFER_RESULT_ID_EXISTS_WITH_OTHER_FIELDS);
    return std::string(outcome.field);
  };
  EXPECT_EQ(differs([](auto& r) { r.debit_account_id = U128::of(3); }), "debit_account_id");
  EXPECT_EQ(differs([](auto& r) { r.credit_account_id = U128::of(3); }), "credit_account_id");
  EXPECT_EQ(differs([](auto& r) { r.transaction_id = U128::of(3); }), "transaction_id");
  EXPECT_EQ(differs([](auto& r) { r.amount_minor = 26; }), "amount_minor");
  EXPECT_EQ(differs([](auto& r) { r.user_data_64 = 1; }), "user_data_64");
  EXPECT_EQ(differs([](auto& r) { r.effective_time_us = 1; }), "effective_time");
  EXPECT_EQ(differs([](auto& r) { r.timeout_s = 6; }), "timeout_s");
  EXPECT_EQ(differs([](auto& r) { r.user_data_32 = 1; }), "user_data_32");
  EXPECT_EQ(differs([](auto& r) { r.code = 1; }), "code");
  EXPECT_EQ(differs([](auto& r) { r.flags = 0, r.timeout_s = 0; }), "timeout_s");
  EXPECT_EQ(differs([](auto& r) { r.amount_minor = 1, r.code = 1; }), "amount_minor");
  EXPECT_EQ(differs([](auto& r) { r.flags = flag::pending | flag::balancing_debit; }), "flags");
  // What became of the pending transfer has the lower number.
  ASSERT_EQ(result(resolve(2, 1, flag::post_pending, 20)), created);
  EXPECT_EQ(result(resolve(2, 1, flag::post_pending)), v1::TRANSFER_RESULT_PENDING_ALREADY_POSTED);
}

TEST_F(Post, ChainsAreCreatedWholeOrNotAtAll) {
  EXPECT_THAT(results({make_transfer({1, 1, 2}, 1, flag::linked), make_transfer({2, 1, 99}, 1, flag::linked),
                       make_transfer({3, 1, 2}, 1), make_transfer({4, 1, 2}, 7)}),
              ElementsAre(linked_failed, v1::TRANSFER_RESULT_CREDIT_ACCOUNT_NOT_FOUND, linked_failed, created));
  EXPECT_FALSE(ledger_.transfer(1));
  EXPECT_EQ(ledger_.account(1).balances.debits_posted, U128::of(7));
  EXPECT_THAT(results({make_transfer({1, 1, 2}, 1, flag::linked), make_transfer({2, 1, 2}, 1)}),
              ElementsAre(created, created));
}

TEST_F(Post, FailedChainsGiveBackWhatTheyReserved) {
  EXPECT_EQ(result(make_transfer({1, 1, 3}, 10)), created);
  EXPECT_EQ(result(make_transfer({2, 1, 2}, 5, flag::pending)), created);
  EXPECT_THAT(
      results({make_transfer({3, 3, 1}, 10, flag::linked), resolve(4, 2, flag::post_pending | flag::linked),
               make_transfer({5, 1, 2}, 3, flag::pending | flag::linked), make_transfer({6, 3, 1}, 1),
               make_transfer({7, 3, 1}, 10), resolve(8, 2, flag::void_pending), resolve(9, 5, flag::post_pending)}),
      ElementsAre(linked_failed, linked_failed, linked_failed, v1::TRANSFER_RESULT_EXCEEDS_CREDITS, created, created,
                  v1::TRANSFER_RESULT_PENDING_TRANSFER_NOT_FOUND));
}

TEST_F(Post, AChainThatEndsNowhereIsOpen) {
  EXPECT_THAT(results({make_transfer({1, 1, 2}, 1, flag::linked), make_transfer({2, 1, 2}, 1, flag::linked)}),
              ElementsAre(linked_failed, v1::TRANSFER_RESULT_LINKED_CHAIN_OPEN));
  // It comes before the other objections, as its number says.
  EXPECT_EQ(result(make_transfer({0, 1, 2}, 0, flag::linked)), v1::TRANSFER_RESULT_LINKED_CHAIN_OPEN);
}

TEST_F(Post, ChainsCanBeSentAgain) {
  const std::vector<TransferRecord> chain = {make_transfer({1, 1, 2}, 1, flag::linked), make_transfer({2, 1, 2}, 2)};
  EXPECT_THAT(results(chain), ElementsAre(created, created));
  EXPECT_THAT(results(chain), ElementsAre(exists, exists));
  // With a new member it is another chain, and fails.
  EXPECT_THAT(results({chain[0], make_transfer({3, 1, 2}, 1)}), ElementsAre(exists, linked_failed));
  EXPECT_THAT(results({make_transfer({4, 1, 2}, 1, flag::linked), chain[1]}), ElementsAre(linked_failed, exists));
  EXPECT_THAT(results({make_transfer({5, 1, 2}, 1, flag::linked), make_transfer({5, 1, 2}, 1)}),
              ElementsAre(linked_failed, v1::TRANSFER_RESULT_ID_INVALID));
}

TEST_F(Post, TheLowestNumberWins) {
  // Each transfer breaks one rule more than the next.
  TransferRecord record = make_transfer({0, 99, 98}, 0, flag::pending | flag::void_pending);
  record.timeout_s = 1;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_ID_INVALID);
  record.id = U128::of(1);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_FLAGS_EXCLUDE_EACH_OTHER);
  record.flags = flag::void_pending;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_PENDING_ID_REQUIRED);
  record.pending_id = U128::of(50);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_TIMEOUT_ONLY_FOR_PENDING);
  record.flags = 0;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_PENDING_ID_NOT_ALLOWED);
  record.pending_id = {};
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_TIMEOUT_ONLY_FOR_PENDING);
  record.timeout_s = 0;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_AMOUNT_ZERO);
  record.amount_minor = ~std::uint64_t{0};
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_NOT_FOUND);
  record.debit_account_id = U128::of(5);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_NOT_FOUND);
  record.credit_account_id = U128::of(5);
  record.ledger = 12345;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_ACCOUNTS_ARE_THE_SAME);
  record.credit_account_id = U128::of(6);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_ACCOUNTS_IN_DIFFERENT_LEDGERS);
  record.credit_account_id = U128::of(7);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_LEDGER_DIFFERS_FROM_ACCOUNTS);
  record.ledger = 0;
  record.effective_time_us = ~std::uint64_t{0};
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_DEBIT_ACCOUNT_FROZEN);
  record.debit_account_id = U128::of(3);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_CREDIT_ACCOUNT_CLOSED);
  record.credit_account_id = U128::of(4);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_EFFECTIVE_TIME_IN_THE_FUTURE);
  record.effective_time_us = 0;
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_EXCEEDS_CREDITS);
  record.debit_account_id = U128::of(1);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_EXCEEDS_DEBITS);
  record.credit_account_id = U128::of(2);
  EXPECT_EQ(result(record), v1::TRANSFER_RESULT_OVERFLOW);
}

}  // namespace
}  // namespace florin::ledger
