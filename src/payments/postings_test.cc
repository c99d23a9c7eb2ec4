#include "payments/postings.h"

#include <gmock/gmock.h>

#include "ledger/queries.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using Books = PaymentsFixture::Books;

// Each rule of the table in postings.h, with its T-accounts: debits, credits, pending debits, pending credits.
class PostingsTest : public testing::Test {
 protected:
  // Posts for a payment of USD over the connector "acme".
  template <class Post>
  std::string post(Post rule) {
    const PaymentRow row = f_.row(payment_);
    return f_
        .run<std::string>(
            f_.tenant, [&](engine::Work& work) -> Result<std::string> { return rule(work, PostingPlace{row, "acme"}); })
        .value();
  }
  std::string authorize(std::int64_t amount) {
    return post([&](engine::Work& work, const PostingPlace& place) { return post_authorized(work, place, amount); });
  }
  std::string capture(std::string_view authorization, std::int64_t amount, std::int64_t left) {
    return post([&](engine::Work& work, const PostingPlace& place) {
      return post_captured_later(work, place, {authorization, amount, left});
    });
  }
  void capture_at_once(std::int64_t amount) {
    post([&](engine::Work& work, const PostingPlace& place) {
      post_captured_at_once(work, place, amount);
      return std::string();
    });
  }

  PaymentsFixture f_;
  const std::string payment_ = f_.create({.confirm = false});
};

TEST_F(PostingsTest, Authorized) {
  EXPECT_EQ(authorize(700).size(), 16u);
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/pending", {0, 0, 700, 0}}, {"merchant/payable", {0, 0, 0, 700}}}));
}

TEST_F(PostingsTest, CapturedAtOnce) {
  capture_at_once(700);
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/receivable", {700, 0, 0, 0}}, {"merchant/payable", {0, 700, 0, 0}}}));
}

TEST_F(PostingsTest, CapturedLaterInParts) {
  const std::string rest = capture(authorize(700), 300, 400);
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/pending", {0, 0, 400, 0}},
                               {"psp/acme/receivable", {300, 0, 0, 0}},
                               {"merchant/payable", {0, 300, 0, 400}}}));
  EXPECT_EQ(capture(rest, 400, 0), "");
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/receivable", {700, 0, 0, 0}}, {"merchant/payable", {0, 700, 0, 0}}}));
}

TEST_F(PostingsTest, AuthorizationEnded) {
  const std::string authorization = authorize(700);
  post([&](engine::Work& work, const PostingPlace& place) {
    post_authorization_ended(work, place, authorization);
    return std::string();
  });
  EXPECT_EQ(f_.books(), Books{});
}

TEST_F(PostingsTest, RefundSetAsideAndDone) {
  capture_at_once(700);
  const std::string reservation =
      post([&](engine::Work& work, const PostingPlace& place) { return post_refund_set_aside(work, place, 200); });
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/receivable", {700, 0, 0, 200}}, {"merchant/payable", {0, 700, 200, 0}}}));
  post([&](engine::Work& work, const PostingPlace& place) {
    post_refunded(work, place, reservation);
    return std::string();
  });
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/receivable", {700, 200, 0, 0}}, {"merchant/payable", {200, 700, 0, 0}}}));
}

TEST_F(PostingsTest, RefundFailed) {
  capture_at_once(700);
  const std::string reservation =
      post([&](engine::Work& work, const PostingPlace& place) { return post_refund_set_aside(work, place, 200); });
  post([&](engine::Work& work, const PostingPlace& place) {
    post_refund_failed(work, place, reservation);
    return std::string();
  });
  EXPECT_EQ(f_.books(), (Books{{"psp/acme/receivable", {700, 0, 0, 0}}, {"merchant/payable", {0, 700, 0, 0}}}));
}

TEST_F(PostingsTest, AllPostingsOfAPaymentShareItsTransaction) {
  capture(authorize(700), 300, 400);
  ledger::v1::ListTransfersRequest request;
  request.set_transaction_id(f_.payment(payment_).ledger_transaction_id());
  const auto transfers = ledger::list_transfers(f_.state(), f_.tenant, request).value();
  ASSERT_EQ(transfers.transfers_size(), 4);
  const std::uint32_t codes[] = {1, 1, 2, 1};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(transfers.transfers(i).transfer().code(), codes[i]) << i;
}

TEST_F(PostingsTest, TheLedgerIsTheCurrencysWithItsDecimals) {
  f_.create({.amount_minor = 5, .currency = "JPY"});
  f_.answer(captured(5));
  f_.create({.amount_minor = 5, .currency = "BHD"});
  f_.answer(captured(5));
  const auto balance = ledger::get_trial_balance(f_.state(), f_.tenant, {}).value();
  std::vector<std::string> ledgers;
  for (const auto& totals : balance.ledgers()) ledgers.push_back(totals.ledger());
  EXPECT_THAT(ledgers, testing::UnorderedElementsAre("BHD/3", "JPY/0"));
}

}  // namespace
}  // namespace florin::payments
