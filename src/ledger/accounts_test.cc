// Making accounts, Florin's own accounts and postings, and the packed records.
#include "ledger/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "ledger/messages.h"
#include "ledger/postings.h"
#include "ledger/tables.h"
#include "ledger/testing/ledger_fixture.h"
#include "ledger/verify.h"

namespace florin::ledger {
namespace {

class Accounts : public testing::Test {
 protected:
  static AccountRequest request(std::uint64_t id, std::string_view path) {
    return {.id = U128::of(id), .path = path, .ledger = "USD/2", .account_class = v1::ACCOUNT_CLASS_ASSET};
  }
  v1::CreateAccountResult result(const AccountRequest& request) { return ledger_.create_account(request).result; }

  LedgerFixture ledger_;
};

TEST_F(Accounts, EachHasItsOwnResult) {
  EXPECT_EQ(result(request(1, "a")), v1::CREATE_ACCOUNT_RESULT_CREATED);
  EXPECT_EQ(result(request(1, "a")), v1::CREATE_ACCOUNT_RESULT_EXISTS);
  EXPECT_EQ(result(request(0, "a")), v1::CREATE_ACCOUNT_RESULT_EXISTS);
  EXPECT_EQ(result(request(1, "b")), v1::CREATE_ACCOUNT_RESULT_ID_EXISTS_WITH_OTHER_FIELDS);
  EXPECT_EQ(result(request(2, "a")), v1::CREATE_ACCOUNT_RESULT_PATH_EXISTS);
  AccountRequest other = request(0, "a");
  other.code = 7;
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_PATH_EXISTS);
  other = request(3, "c");
  other.id = U128::max();
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_ID_INVALID);
  other = request(3, "c");
  other.flags = account_flag::limits;
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_FLAGS_EXCLUDE_EACH_OTHER);
  other.flags = 0;
  other.overdraft_minor = 1;
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_OVERDRAFT_WITHOUT_LIMIT);
  other = request(3, "c");
  for (const char* ledger : {"USD", "USD/19", "USD/02", "usd/2", "U/2", "USD/", "1SD/2", ""}) {
    other.ledger = ledger;
    EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_LEDGER_INVALID) << ledger;
  }
  other.ledger = "POINTS_ABCDEFGHI/18";
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_CREATED);
  EXPECT_EQ(find_totals(ledger_.state(), ledger_.tenant, ledger_number(other.ledger))->name_text(), other.ledger);
}

TEST_F(Accounts, OfOneBatchSeeEachOther) {
  const std::vector<AccountRequest> batch = {request(1, "a"), request(1, "a"), request(1, "b"), request(0, "a"),
                                             request(2, "a"), request(0, "b"), request(0, "b")};
  std::vector<AccountOutcome> outcomes;
  ledger_.run([&](engine::Work& work) { outcomes = decide_create_accounts(work, ledger_.tenant, batch); });
  std::vector<v1::CreateAccountResult> results;
  for (const auto& outcome : outcomes) results.push_back(outcome.result);
  EXPECT_THAT(results, testing::ElementsAre(v1::CREATE_ACCOUNT_RESULT_CREATED, v1::CREATE_ACCOUNT_RESULT_EXISTS,
                                            v1::CREATE_ACCOUNT_RESULT_ID_EXISTS_WITH_OTHER_FIELDS,
                                            v1::CREATE_ACCOUNT_RESULT_EXISTS, v1::CREATE_ACCOUNT_RESULT_PATH_EXISTS,
                                            v1::CREATE_ACCOUNT_RESULT_CREATED, v1::CREATE_ACCOUNT_RESULT_EXISTS));
  EXPECT_EQ(outcomes[5].id, outcomes[6].id);
}

TEST_F(Accounts, OfTheSamePathInAnotherLedgerIsAnother) {
  EXPECT_EQ(result(request(1, "a")), v1::CREATE_ACCOUNT_RESULT_CREATED);
  AccountRequest other = request(2, "a");
  other.ledger = "JPY/0";
  EXPECT_EQ(result(other), v1::CREATE_ACCOUNT_RESULT_CREATED);
}

TEST_F(Accounts, EnsuredOnceAndKeptFromCallers) {
  U128 first, second, beside;
  EXPECT_EQ(result(request(1, "merchant/payable")), v1::CREATE_ACCOUNT_RESULT_CREATED);
  ledger_.run([&](engine::Work& work) {
    first = ensure_account(work, {.path = "psp/x/receivable", .ledger = "USD/2"});
    second = ensure_account(work, {.path = "psp/x/receivable", .ledger = "USD/2"});
    beside = ensure_account(work, {.path = "merchant/payable", .ledger = "USD/2"});
  });
  EXPECT_EQ(first, second);
  EXPECT_NE(beside, U128::of(1));
  EXPECT_EQ(find_account_id(ledger_.state(), ledger_.tenant, "merchant/payable~", "USD/2"), beside);
  EXPECT_TRUE(find_account(ledger_.state(), ledger_.tenant, first)->has(account_flag::managed));
}

TEST_F(Accounts, PostTransactionsOfAllKinds) {
  U128 receivable, payable;
  std::vector<U128> reserved, captured;
  ledger_.run([&](engine::Work& work) {
    receivable = ensure_account(work, {.path = "psp/x/receivable", .ledger = "USD/2"});
    payable = ensure_account(
        work, {.path = "merchant/payable", .ledger = "USD/2", .account_class = v1::ACCOUNT_CLASS_LIABILITY});
    const Posting both[] = {{receivable, payable, 70, PostingKind::pending},
                            {receivable, payable, 30, PostingKind::pending}};
    reserved = post_transaction(work, U128::of(500), both);
  });
  ledger_.run([&](engine::Work& work) {
    const Posting steps[] = {{.amount_minor = 50, .kind = PostingKind::post_pending, .pending_id = reserved[0]},
                             {.kind = PostingKind::void_pending, .pending_id = reserved[1]},
                             {receivable, payable, 5, PostingKind::plain, {}, 9}};
    captured = post_transaction(work, U128::of(500), steps);
  });
  const auto account = find_account(ledger_.state(), ledger_.tenant, receivable);
  EXPECT_EQ(account->balances, (Balances{.debits_posted = U128::of(55)}));
  const auto plain = find_transfer(ledger_.state(), ledger_.tenant, captured[2]);
  EXPECT_EQ(plain->code, 9);
  EXPECT_EQ(plain->transaction_id, U128::of(500));
  EXPECT_TRUE(verify_ledger(ledger_.state()).ok());
}

TEST_F(Accounts, FlorinsIdsAvoidThoseThatCallersGuessed) {
  // Whatever position comes next, a caller has used it as an id already.
  ledger_.add_account(1);
  ledger_.add_account(2);
  std::vector<TransferRecord> guessed;
  Position next;
  ledger_.run([&](engine::Work& work) { next = work.new_position(); });
  for (std::uint64_t sequence = next.sequence(); sequence < next.sequence() + 8; ++sequence) {
    for (std::uint32_t index = 0; index < 8; ++index) {
      TransferRecord record = make_transfer({0, 1, 2}, 1);
      record.id = U128::of(Position::of(next.partition(), sequence, index));
      guessed.push_back(record);
    }
  }
  ASSERT_EQ(ledger_.post(guessed).created, guessed.size());
  ledger_.run([&](engine::Work& work) {
    const U128 account = ensure_account(work, {.path = "x", .ledger = "USD/2"});
    const U128 other = ensure_account(work, {.path = "y", .ledger = "USD/2"});
    const Posting posting[] = {{account, other, 1}};
    post_transaction(work, U128::of(1), posting);
  });
}

TEST(U128Test, KeepsOrderAndText) {
  const U128 small = U128::of(0xff), large{0, 1};
  EXPECT_LT(small, large);
  EXPECT_LT(small.bytes(), large.bytes());
  EXPECT_EQ(U128::load(large.bytes().data()), large);
  EXPECT_EQ(small.hex(), "000000000000000000000000000000ff");
  EXPECT_EQ(U128::parse_hex(large.hex()), large);
  EXPECT_FALSE(U128::parse_hex("000000000000000000000000000000FF"));
  EXPECT_FALSE(U128::parse_hex("ff"));
  EXPECT_EQ(decimal(U128::max().value()), "340282366920938463463374607431768211455");
  EXPECT_EQ(decimal(static_cast<Int128>(-5)), "-5");
}

TEST(TransferRecordTest, UnpacksWholeRecordsOnly) {
  const std::vector<TransferRecord> records = {make_transfer({1, 2, 3}, 4), make_transfer({5, 6, 7}, 8)};
  const std::string packed(pack_transfers(records));
  EXPECT_EQ(*unpack_transfers(packed), records);
  EXPECT_EQ(static_cast<unsigned char>(packed[80]), 4);  // the amount, least significant byte first
  for (const std::string& bytes : {std::string(), packed.substr(1), std::string(8'191 * 128, '\0')}) {
    EXPECT_EQ(unpack_transfers(bytes).error().reason(), "packed_transfers_invalid");
  }
}

TEST(Messages, RefuseWhatIsMalformed) {
  v1::PostTransfersRequest request;
  EXPECT_EQ(transfers_from_message(request).error().reason(), "transfers_missing");
  v1::Transfer& transfer = *request.add_transfers();
  transfer.set_id("xyz");
  EXPECT_EQ(transfers_from_message(request).error().field_violations().front().field, "transfers[0].id");
  transfer.set_id(U128::of(1).hex());
  transfer.set_amount_minor(-1);
  EXPECT_EQ(transfers_from_message(request).error().reason(), "amount_negative");
  transfer.set_amount_minor(5);
  transfer.mutable_effective_time()->set_seconds(-1);
  EXPECT_EQ(transfers_from_message(request).error().reason(), "time_out_of_range");
  transfer.mutable_effective_time()->set_seconds(1);
  transfer.mutable_flags()->set_closing_credit(true);
  transfer.set_ledger("USD/2");
  const auto records = transfers_from_message(request);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(message_of(records->front(), "USD/2").flags().closing_credit(), true);
  EXPECT_EQ(records->front().effective_time_us, 1'000'000u);
  request.set_packed("x");
  EXPECT_EQ(transfers_from_message(request).error().reason(), "transfers_missing");
}

}  // namespace
}  // namespace florin::ledger
