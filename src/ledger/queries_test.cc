// Reading the books, timeouts, and what `florin verify` finds.
#include "ledger/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/messages.h"
#include "ledger/tables.h"
#include "ledger/testing/ledger_fixture.h"
#include "ledger/timeouts.h"
#include "ledger/verify.h"
#include "store/store.h"

namespace florin::ledger {
namespace {

namespace flag = transfer_flag;

class Queries : public testing::Test {
 protected:
  Queries() {
    ledger_.add_account(1);
    ledger_.add_account(2);
    ledger_.add_account(3, 0, "JPY/0");
  }

  v1::GetStatementResponse statement(const v1::GetStatementRequest& request) {
    auto response = get_statement(ledger_.state(), ledger_.tenant, request);
    EXPECT_TRUE(response.ok());
    return *std::move(response);
  }

  // All pages of a statement, as "transfer id:balance".
  std::vector<std::string> pages(v1::GetStatementRequest request) {
    std::vector<std::string> lines;
    do {
      const auto page = statement(request);
      EXPECT_LE(page.lines_size(), request.page_size());
      for (const auto& line : page.lines()) {
        lines.push_back(std::to_string(U128::parse_hex(line.transfer().transfer().id())->lo) + ":" + line.balance());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return lines;
  }

  std::string pending_state(std::uint64_t id) {
    v1::GetTransferRequest request;
    request.set_id(U128::of(id).hex());
    return v1::PendingState_Name(get_transfer(ledger_.state(), ledger_.tenant, request)->pending_state());
  }

  LedgerFixture ledger_;
};

TEST_F(Queries, FindAccountsByIdAndPath) {
  v1::GetAccountRequest request;
  const auto get = [&] { return get_account(ledger_.state(), ledger_.tenant, request); };
  EXPECT_EQ(get().error().reason(), "account_reference_missing");
  request.set_id("1");
  EXPECT_EQ(get().error().reason(), "id_malformed");
  request.set_id(U128::of(99).hex());
  EXPECT_EQ(get().error().reason(), "account_not_found");
  request.set_id(U128::of(3).hex());
  EXPECT_EQ(get()->account().ledger(), "JPY/0");
  request.clear_id();
  request.set_path("test/2");
  request.set_ledger("USD/2");
  EXPECT_EQ(get()->account().id(), U128::of(2).hex());
  // Another tenant sees nothing.
  EXPECT_EQ(get_account(ledger_.state(), TenantId{Position::of(1, 2, 0)}, request).error().reason(),
            "account_not_found");
}

TEST_F(Queries, ListAccountsByPrefix) {
  v1::ListAccountsRequest request;
  request.set_path_prefix("test/");
  request.set_page_size(2);
  const auto list = [&] { return list_accounts(ledger_.state(), ledger_.tenant, request); };
  const auto first = list();
  EXPECT_EQ(first->accounts_size(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = list();
  ASSERT_EQ(second->accounts_size(), 1);
  EXPECT_EQ(second->accounts(0).path(), "test/3");
  EXPECT_TRUE(second->next_page_token().empty());
  request.set_path_prefix("tes");
  EXPECT_EQ(list().error().reason(), "page_token_invalid");
  request.set_page_token("%");
  EXPECT_EQ(list().error().reason(), "page_token_invalid");
}

TEST_F(Queries, StatementsPageBothWays) {
  std::vector<std::string> expected;
  std::uint64_t id = 0;
  // Batches of several sizes, so that rows of the history are short, full and many.
  for (const std::size_t size : {1u, 3u, 64u, 65u, 130u, 2u}) {
    std::vector<TransferRecord> batch;
    for (std::size_t i = 0; i < size; ++i) {
      batch.push_back(make_transfer({++id, 1, 2}, 1));
      expected.push_back(std::to_string(id) + ":" + std::to_string(id));
    }
    ASSERT_EQ(ledger_.post(batch).created, size);
    ledger_.partition().advance(Duration::seconds(1));
  }
  v1::GetStatementRequest request;
  request.set_account_id(U128::of(1).hex());
  for (const int page_size : {1, 7, 64, 500}) {
    request.set_page_size(page_size);
    request.set_newest_first(false);
    EXPECT_EQ(pages(request), expected);
    request.set_newest_first(true);
    EXPECT_EQ(pages(request), std::vector<std::string>(expected.rbegin(), expected.rend()));
  }
  // From the middle of a row (inclusive) to the middle of another (exclusive).
  set_time(*request.mutable_from(), ledger_.transfer(40)->recorded_time_us);
  set_time(*request.mutable_to(), ledger_.transfer(200)->recorded_time_us);
  const std::vector<std::string> range(expected.begin() + 39, expected.begin() + 199);
  request.set_page_size(9);
  EXPECT_EQ(pages(request), std::vector<std::string>(range.rbegin(), range.rend()));
  request.set_newest_first(false);
  EXPECT_EQ(pages(request), range);
  request.set_page_token("AAAA");
  EXPECT_EQ(get_statement(ledger_.state(), ledger_.tenant, request).error().reason(), "page_token_invalid");
}

TEST_F(Queries, TransfersOfATransaction) {
  std::vector<TransferRecord> batch;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    batch.push_back(make_transfer({id, 1, 2}, 1));
    batch.back().transaction_id = U128::of(id == 3 ? 8 : 7);
  }
  ASSERT_EQ(ledger_.post(batch).created, 5u);
  batch.resize(1);
  batch[0].id = U128::of(6);
  ASSERT_EQ(ledger_.post(batch).created, 1u);
  v1::ListTransfersRequest request;
  request.set_transaction_id(U128::of(7).hex());
  request.set_page_size(2);
  std::vector<std::uint64_t> ids;
  do {
    const auto page = list_transfers(ledger_.state(), ledger_.tenant, request);
    ASSERT_TRUE(page.ok());
    for (const auto& view : page->transfers()) {
      ids.push_back(U128::parse_hex(view.transfer().id())->lo);
      EXPECT_EQ(view.debit_path(), "test/1");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, testing::ElementsAre(1, 2, 4, 5, 6));
}

TEST_F(Queries, TrialBalanceIsEven) {
  ASSERT_EQ(ledger_.post_one(make_transfer({1, 1, 2}, 40)).result, v1::TRANSFER_RESULT_CREATED);
  ASSERT_EQ(ledger_.post_one(make_transfer({2, 1, 2}, 2, flag::pending)).result, v1::TRANSFER_RESULT_CREATED);
  const auto all = get_trial_balance(ledger_.state(), ledger_.tenant, {});
  ASSERT_EQ(all->ledgers_size(), 2);
  EXPECT_EQ(all->ledgers(0).ledger(), "JPY/0");
  const auto& usd = all->ledgers(1);
  EXPECT_EQ(usd.debits_posted(), "40");
  EXPECT_EQ(usd.credits_posted(), "40");
  EXPECT_EQ(usd.debits_pending(), "2");
  EXPECT_EQ(usd.credits_pending(), "2");
  ASSERT_EQ(usd.accounts_size(), 2);
  EXPECT_EQ(usd.accounts(0).balance(), "40");
  EXPECT_EQ(usd.accounts(1).balance(), "-40");
  v1::GetTrialBalanceRequest one;
  one.set_ledger("EUR/2");
  EXPECT_EQ(get_trial_balance(ledger_.state(), ledger_.tenant, one)->ledgers_size(), 0);
}

TEST_F(Queries, PendingTransfersTimeOutByThemselves) {
  std::vector<TransferRecord> batch;
  for (const auto& [id, timeout_s] : {std::pair{1u, 5u}, {2u, 1u}, {3u, 0u}, {4u, 5u}, {5u, 2u}}) {
    batch.push_back(make_transfer({id, 1, 2}, 10, flag::pending));
    batch.back().timeout_s = timeout_s;
  }
  ASSERT_EQ(ledger_.post(batch).created, 5u);
  EXPECT_EQ(ledger_.partition().timers().size(), 1u);
  TransferRecord void_it = make_transfer({6, 0, 0}, 0, flag::void_pending);
  void_it.pending_id = U128::of(4);
  ASSERT_EQ(ledger_.post_one(void_it).result, v1::TRANSFER_RESULT_CREATED);
  ledger_.partition().advance(Duration::milliseconds(1'500));
  EXPECT_EQ(pending_state(2), "PENDING_STATE_TIMED_OUT");
  EXPECT_EQ(pending_state(5), "PENDING_STATE_PENDING");
  EXPECT_EQ(ledger_.account(1).balances.debits_pending, U128::of(30));
  TransferRecord post_it = make_transfer({7, 0, 0}, 0, flag::post_pending);
  post_it.pending_id = U128::of(2);
  EXPECT_EQ(ledger_.post_one(post_it).result, v1::TRANSFER_RESULT_PENDING_TIMED_OUT);
  ledger_.partition().advance(Duration::seconds(10));
  EXPECT_EQ(pending_state(1), "PENDING_STATE_TIMED_OUT");
  EXPECT_EQ(pending_state(3), "PENDING_STATE_PENDING");
  EXPECT_EQ(pending_state(4), "PENDING_STATE_VOIDED");
  EXPECT_EQ(ledger_.account(1).balances.debits_pending, U128::of(10));
  EXPECT_TRUE(ledger_.partition().timers().empty());
  EXPECT_TRUE(verify_ledger(ledger_.state()).ok());
}

TEST_F(Queries, ManyTimeoutsAreReleasedInPieces) {
  const std::size_t count = 2 * timeouts_per_firing_max + 3;
  std::vector<TransferRecord> batch;
  for (std::size_t i = 0; i < count; ++i) {
    batch.push_back(make_transfer({i + 1, 1, 2}, 1, flag::pending));
    batch.back().timeout_s = 1;
  }
  ASSERT_EQ(ledger_.post(batch).created, count);
  ledger_.partition().advance(Duration::seconds(2));
  EXPECT_EQ(ledger_.account(1).balances, Balances{});
  EXPECT_TRUE(ledger_.partition().timers().empty());
}

// A state with one row changed.
class Altered final : public store::Reader {
 public:
  Altered(const store::Reader& from, const std::string& key, const std::string& value) {
    auto opened = store::open_store({.directory = "altered", .in_memory = true});
    store_ = std::move(opened->store);
    store::WriteSet rows;
    for (const auto scan = from.scan({}); scan->valid(); scan->next()) {
      rows.emplace_back(scan->key(), scan->key() == key ? value : std::string(scan->value()));
    }
    store_->apply(rows, 1);
  }
  std::optional<std::string> get(std::string_view key) const override { return store_->latest().get(key); }
  std::unique_ptr<store::Scan> scan(const store::Range& range) const override { return store_->latest().scan(range); }

 private:
  std::unique_ptr<store::Store> store_;
};

TEST_F(Queries, VerifyFindsEveryAlteredRow) {
  TransferRecord timed = make_transfer({2, 1, 2}, 2, flag::pending);
  timed.timeout_s = 9;
  ASSERT_EQ(ledger_.post_one(make_transfer({1, 1, 2}, 40)).result, v1::TRANSFER_RESULT_CREATED);
  ASSERT_EQ(ledger_.post_one(timed).result, v1::TRANSFER_RESULT_CREATED);
  ASSERT_TRUE(verify_ledger(ledger_.state()).ok());
  const auto alter = [&](const RowKey& key, std::size_t at) {
    std::string value = *ledger_.state().get(key.view());
    value[at] = static_cast<char>(value[at] ^ 1);
    const auto verified = verify_ledger(Altered(ledger_.state(), key.string(), value));
    return verified.ok() ? std::string() : verified.error().reason();
  };
  namespace id = store::table_id;
  const auto key = [&](store::TableId table) { return RowKey(table, ledger_.tenant); };
  const std::uint64_t time_us = ledger_.transfer(1)->recorded_time_us;
  EXPECT_EQ(alter(key(id::accounts).id(U128::of(1)), 32), "ledger_inconsistent");  // posted debits
  EXPECT_EQ(alter(key(id::accounts).id(U128::of(1)), 96), "ledger_inconsistent");  // number of transfers
  EXPECT_EQ(alter(key(id::ledger_totals).u32(ledger_number("USD/2")), 0), "ledger_inconsistent");  // pending debits
  EXPECT_EQ(alter(key(id::transfer_chunks).u64(time_us), 80), "ledger_inconsistent");              // amount
  EXPECT_EQ(alter(key(id::transfers).id(U128::of(1)), 0), "ledger_inconsistent");                  // place
  EXPECT_EQ(alter(key(id::pending_transfers).id(U128::of(2)), 60), "ledger_inconsistent");         // state
  EXPECT_EQ(alter(key(id::transfers_by_account).id(U128::of(1)).u64(time_us + 1), 8),
            "ledger_inconsistent");  // balance
}

}  // namespace
}  // namespace florin::ledger
