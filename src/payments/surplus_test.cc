#include "payments/surplus.h"

#include <gmock/gmock.h>

#include "payments/limits.h"
#include "payments/queries.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;

constexpr auto not_sent = engine::v1::EFFECT_OUTCOME_NOT_SENT;

// Money came for a payment that is canceled, and the provider fails to give it back.
class SurplusWaitsTest : public testing::Test {
 protected:
  SurplusWaitsTest() : id_(f_.create({})) {
    f_.end(not_sent);
    EXPECT_TRUE(f_.cancel(id_).ok());
    PspWebhook webhook;
    webhook.set_reference(id_);
    webhook.set_idempotency_key(f_.payment(id_).attempts(0).id());
    *webhook.mutable_reply() = captured(1'000);
    f_.receive(webhook);
    f_.answer(captured(1'000));
  }
  // Lets time pass until the provider is asked, and gives how long that took.
  Duration wait_for_request() {
    const Timestamp start = f_.partition().now();
    while (f_.requests().empty() && !f_.partition().timers().empty()) {
      const auto timers = f_.partition().timers();
      const auto next = std::ranges::min_element(timers, {}, &engine::Timer::due);
      f_.partition().advance(next->due - f_.partition().now());
    }
    return f_.partition().now() - start;
  }
  void fail_until_given_up() {
    for (std::uint32_t i = 0; i < surplus_tries_max; ++i) {
      wait_for_request();
      f_.answer(replied(PSP_STATUS_FAILED));
    }
  }
  v1::ListPaymentsResponse list_needing_attention() {
    v1::ListPaymentsRequest request;
    request.set_needs_attention(true);
    return list_payments(f_.state(), f_.tenant, request).value();
  }

  PaymentsFixture f_;
  const std::string id_;
};

TEST_F(SurplusWaitsTest, GrowUpToADay) {
  Duration expected = surplus_wait_min;
  for (std::uint32_t i = 1; i < surplus_tries_max; ++i) {
    ASSERT_EQ(f_.requests().size(), 1u);
    EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_REFUND);
    f_.answer(replied(PSP_STATUS_FAILED));
    EXPECT_EQ(wait_for_request(), expected) << i;
    expected = std::min(expected + expected, surplus_wait_max);
  }
  EXPECT_EQ(expected, surplus_wait_max);
}

TEST_F(SurplusWaitsTest, EndAndLeaveItToAPerson) {
  EXPECT_EQ(f_.payment(id_).attention_size(), 0);
  fail_until_given_up();
  f_.partition().advance(Duration::days(30));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_TRUE(f_.partition().timers().empty());
  const v1::Payment payment = f_.payment(id_);
  EXPECT_EQ(payment.operations_size(), static_cast<int>(surplus_tries_max));
  ASSERT_EQ(payment.attention_size(), 1);
  EXPECT_EQ(payment.attention(0).reason(), v1::ATTENTION_REASON_SURPLUS_NOT_RETURNED);
  EXPECT_EQ(payment.attention(0).amount_minor(), 1'000);
  v1::GetPaymentRequest request;
  request.set_payment_id(id_);
  const auto response = get_payment(f_.state(), f_.tenant, request).value();
  EXPECT_EQ(response.timeline().rbegin()->type(), "payments.surplus_given_up");
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(SurplusWaitsTest, WhatIsLeftToAPersonIsListedUntilItIsDone) {
  f_.create({.confirm = false});
  EXPECT_EQ(list_needing_attention().payments_size(), 0);
  fail_until_given_up();
  ASSERT_EQ(list_needing_attention().payments_size(), 1);
  EXPECT_EQ(list_needing_attention().payments(0).id(), id_);
  EXPECT_EQ(count_needing_attention(f_.state(), 10), 1u);
  EXPECT_EQ(count_needing_attention(f_.state(), 0), 0u);
  ASSERT_TRUE(f_.refund(id_).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id_).attention_size(), 0);
  EXPECT_EQ(list_needing_attention().payments_size(), 0);
  EXPECT_EQ(count_needing_attention(f_.state(), 10), 0u);
}

TEST_F(SurplusWaitsTest, ARefundThatIsUnderWayForLongIsNoFurtherTry) {
  f_.answer(replied(PSP_STATUS_PENDING));
  for (int i = 0; i < 50; ++i) {
    wait_for_request();
    f_.answer(replied(PSP_STATUS_PENDING));
  }
  EXPECT_EQ(f_.payment(id_).operations_size(), 1);
  EXPECT_EQ(f_.payment(id_).attention_size(), 0);
  wait_for_request();
  f_.answer(replied(PSP_STATUS_FAILED));
  EXPECT_EQ(wait_for_request(), surplus_wait_min);
}

// Several attempts turn out to have been authorized, of which all but one count as lost.
class SeveralWinnersTest : public testing::Test {
 protected:
  // The first two counted as never sent; the third is authorized.
  SeveralWinnersTest() : id_(f_.create({.manual = true})) {
    f_.end(not_sent);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(f_.confirm(id_, "tok_success").ok());
      if (i == 0) f_.end(not_sent);
    }
    f_.answer(authorized(1'000));
    EXPECT_EQ(f_.payment(id_).status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  }
  // The provider tells that it authorized this attempt too, and says so when it is asked.
  void reveal(int attempt) {
    PspWebhook webhook;
    webhook.set_event_id("evt_" + std::to_string(attempt));
    webhook.set_reference(id_);
    webhook.set_idempotency_key(f_.payment(id_).attempts(attempt).id());
    *webhook.mutable_reply() = authorized(1'000);
    f_.receive(webhook);
    f_.answer(f_.requests().back().effect, authorized(1'000));
  }
  int voids() const {
    return static_cast<int>(std::ranges::count(f_.payment(id_).operations(), v1::OPERATION_KIND_VOID,
                                               [](const v1::Operation& operation) { return operation.kind(); }));
  }
  v1::AttemptStatus status(int attempt) const { return f_.payment(id_).attempts(attempt).status(); }

  PaymentsFixture f_;
  const std::string id_;
};

TEST_F(SeveralWinnersTest, TheOneThatStoodFirstIsKept) {
  reveal(0);
  reveal(1);
  ASSERT_EQ(voids(), 2);
  EXPECT_EQ(f_.payment(id_).capturable_minor(), 1'000) << "the one that is kept can be captured meanwhile";
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(voids(), 2) << "the third is not displaced by the second, which gives way itself";
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_EQ(status(0), v1::ATTEMPT_STATUS_VOIDED);
  EXPECT_EQ(status(1), v1::ATTEMPT_STATUS_VOIDED);
  EXPECT_EQ(status(2), v1::ATTEMPT_STATUS_AUTHORIZED);
  EXPECT_EQ(f_.payment(id_).status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  ASSERT_TRUE(f_.capture(id_).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id_).captured_minor(), 1'000);
  EXPECT_EQ(f_.payment(id_).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(SeveralWinnersTest, AVoidThatFailsLeavesTheKeptOneAlone) {
  reveal(0);
  reveal(1);
  f_.answer(replied(PSP_STATUS_FAILED));
  f_.answer(f_.requests().front().effect, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(1), v1::ATTEMPT_STATUS_VOIDED);
  EXPECT_EQ(status(2), v1::ATTEMPT_STATUS_AUTHORIZED);
  EXPECT_EQ(f_.payment(id_).capturable_minor(), 1'000);
  EXPECT_EQ(f_.payment(id_).status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  for (const auto& operation : f_.payment(id_).operations()) {
    EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_VOID);
  }
  EXPECT_LE(voids(), 3) << "only what is surplus is tried again";
}

}  // namespace
}  // namespace florin::payments
