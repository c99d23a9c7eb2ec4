// How sessions end: by time, by their payment, and by what becomes known of it later.
#include <gtest/gtest.h>

#include "checkout/limits.h"
#include "checkout/testing/checkout_fixture.h"
#include "payments/limits.h"

namespace florin::checkout {
namespace {

using namespace connectors::v1;
using payments::authorized;
using payments::captured;
using payments::challenged;
using payments::declined;
using payments::replied;
using payments::v1::PAYMENT_STATUS_CANCELED;

constexpr auto open = v1::CHECKOUT_SESSION_STATUS_OPEN;
constexpr auto canceled = v1::CHECKOUT_SESSION_STATUS_CANCELED;
constexpr auto completed = v1::CHECKOUT_SESSION_STATUS_COMPLETED;
constexpr auto expired = v1::CHECKOUT_SESSION_STATUS_EXPIRED;
constexpr auto failed = v1::CHECKOUT_SESSION_STATUS_FAILED;

class EndingTest : public testing::Test {
 protected:
  void let_time_run_out() { f_.partition().advance(lifetime_min); }
  // The provider tells by webhook that an attempt has changed and, asked about it, says how.
  void tell(const std::string& session, int attempt, const PspReply& reply) {
    const auto payment = f_.payment_of(session);
    PspWebhook webhook;
    webhook.set_event_id("evt_" + std::to_string(++webhooks_));
    webhook.set_reference(payment.id());
    webhook.set_idempotency_key(payment.attempts(attempt).id());
    webhook.set_operation(PSP_OPERATION_AUTHORIZE);
    *webhook.mutable_reply() = reply;
    f_.receive(webhook);
    const auto asked = f_.requests();
    ASSERT_FALSE(asked.empty());
    ASSERT_EQ(asked.back().content.operation(), PSP_OPERATION_READ_PAYMENT);
    f_.answer(asked.back().effect, reply);
  }
  // Answers what is asked until nothing is.
  void answer_all(const PspReply& reply) {
    while (!f_.requests().empty()) f_.answer(reply);
  }
  void use_up_tries(const std::string& session) {
    for (int i = 0; i < payments::attempts_max; ++i) {
      ASSERT_TRUE(f_.pay(session).ok());
      f_.answer(declined());
    }
  }

  CheckoutFixture f_;
  int webhooks_ = 0;
  const std::string id_ = f_.create_session({.lifetime = lifetime_min});
};

TEST_F(EndingTest, ASessionNobodyTriedToPayExpiresToTheMoment) {
  f_.partition().advance(lifetime_min - Duration::microseconds(1));
  EXPECT_EQ(f_.status(id_), open);
  f_.partition().advance(Duration::microseconds(1));
  EXPECT_EQ(f_.status(id_), expired);
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(EndingTest, ADeclinedPaymentEndsWithItsSession) {
  ASSERT_TRUE(f_.pay(id_).ok());
  f_.answer(declined());
  let_time_run_out();
  EXPECT_EQ(f_.status(id_), expired);
  EXPECT_EQ(f_.payment_of(id_).status(), PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(EndingTest, APaymentThatNeverLeftEndsWithItsSession) {
  ASSERT_TRUE(f_.pay(id_).ok());
  f_.end(engine::v1::EFFECT_OUTCOME_NOT_SENT);
  let_time_run_out();
  EXPECT_EQ(f_.status(id_), expired);
  EXPECT_EQ(f_.payment_of(id_).status(), PAYMENT_STATUS_CANCELED);
}

TEST_F(EndingTest, WhatIsAtTheProviderIsWaitedFor) {
  for (const bool succeeds : {false, true}) {
    const std::string id = f_.create_session({.lifetime = lifetime_min});
    ASSERT_TRUE(f_.pay(id).ok());
    let_time_run_out();
    EXPECT_EQ(f_.status(id), open);
    f_.answer(succeeds ? captured(1'000) : declined());
    EXPECT_EQ(f_.status(id), succeeds ? completed : expired);
    if (!succeeds) EXPECT_EQ(f_.payment_of(id).status(), PAYMENT_STATUS_CANCELED);
  }
}

TEST_F(EndingTest, NothingIsBegunOnceTheTimeIsOver) {
  ASSERT_TRUE(f_.pay(id_).ok());
  let_time_run_out();
  EXPECT_TRUE(f_.pay(id_).ok()) << "it says what is";
  EXPECT_EQ(f_.payment_of(id_).attempts_size(), 1);
  f_.answer(declined());
  EXPECT_FALSE(f_.pay(id_).ok());
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(EndingTest, AChallengeIsWaitedFor) {
  for (const bool succeeds : {false, true}) {
    const std::string id = f_.create_session({.lifetime = lifetime_min});
    ASSERT_TRUE(f_.pay(id).ok());
    f_.answer(challenged());
    let_time_run_out();
    answer_all(challenged());
    EXPECT_EQ(f_.status(id), open);
    ASSERT_TRUE(f_.shopper_returned(f_.session(id).payment_id()).ok());
    f_.answer(succeeds ? captured(1'000) : declined());
    EXPECT_EQ(f_.status(id), succeeds ? completed : expired);
    if (!succeeds) EXPECT_EQ(f_.payment_of(id).status(), PAYMENT_STATUS_CANCELED);
  }
}

TEST_F(EndingTest, AChallengeThatIsLeftOrAbandonedAfterTheTimeEndsTheSession) {
  ASSERT_TRUE(f_.pay(id_).ok());
  f_.answer(challenged());
  let_time_run_out();
  answer_all(challenged());
  ASSERT_TRUE(f_.leave(id_).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.status(id_), expired);
  EXPECT_EQ(f_.payment_of(id_).status(), PAYMENT_STATUS_CANCELED);

  const std::string abandoned = f_.create_session({.lifetime = lifetime_min});
  ASSERT_TRUE(f_.pay(abandoned).ok());
  f_.answer(challenged());
  f_.partition().advance(payments::challenge_lifetime - Duration::seconds(1));
  answer_all(challenged());
  EXPECT_EQ(f_.status(abandoned), open);
  f_.partition().advance(Duration::seconds(1));
  answer_all(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.status(abandoned), expired);
}

TEST_F(EndingTest, ACancelThatIsUnderWayWhenTheTimeIsOverStaysACancel) {
  ASSERT_TRUE(f_.pay(id_).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.cancel_session(id_).ok());
  const auto asked = f_.requests().front().effect;
  let_time_run_out();
  EXPECT_EQ(f_.status(id_), open);
  f_.answer(asked, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.status(id_), v1::CHECKOUT_SESSION_STATUS_CANCELED);
}

// ---- what becomes known later ----

TEST_F(EndingTest, WhatWasPaidAfterAllIsCompleted) {
  use_up_tries(id_);
  EXPECT_EQ(f_.status(id_), failed);
  let_time_run_out();
  EXPECT_EQ(f_.status(id_), failed) << "the timer has nothing to end";
  tell(id_, 4, captured(1'000));
  EXPECT_EQ(f_.status(id_), completed);
  EXPECT_EQ(f_.payment_of(id_).status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(EndingTest, WhatIsPaidAfterTheSessionHasExpiredIsGivenBack) {
  ASSERT_TRUE(f_.pay(id_).ok());
  f_.answer(declined());
  let_time_run_out();
  tell(id_, 0, captured(1'000));
  EXPECT_EQ(f_.status(id_), expired);
  EXPECT_EQ(f_.payment_of(id_).status(), PAYMENT_STATUS_CANCELED);
  ASSERT_FALSE(f_.requests().empty());
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_REFUND);
}

TEST_F(EndingTest, AnAuthorizationThatLapsesLeavesTheSessionCompleted) {
  const std::string id = f_.create_session({.manual = true});
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(payments::authorized(1'000));
  f_.partition().advance(payments::authorization_lifetime);
  answer_all(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_EXPIRED);
  EXPECT_EQ(f_.status(id), completed);
}

TEST_F(EndingTest, ALinkForSingleUseTakesNothingMoreOnceOneOfItsSessionsWasPaid) {
  const std::string link = f_.create_link({}, v1::PAYMENT_LINK_USE_SINGLE);
  const std::string first = f_.opened(link);
  use_up_tries(first);
  const std::string second = f_.opened(link);
  ASSERT_NE(second, first);
  tell(first, 0, captured(1'000));
  EXPECT_EQ(f_.status(first), completed);
  EXPECT_EQ(f_.link(link).status(), v1::PAYMENT_LINK_STATUS_USED);
  EXPECT_EQ(f_.status(second), canceled);
  const auto refused = f_.pay(second);
  ASSERT_FALSE(refused.ok()) << "it would be paid twice";
  EXPECT_EQ(refused.error().reason(), "checkout_session_not_open");
}

TEST_F(EndingTest, ASessionThatIsUnderWayWhenItsLinkWasPaidEndsAfterADecline) {
  const std::string link = f_.create_link({}, v1::PAYMENT_LINK_USE_SINGLE);
  const std::string first = f_.opened(link);
  use_up_tries(first);
  const std::string second = f_.opened(link);
  ASSERT_TRUE(f_.pay(second).ok());
  tell(first, 0, captured(1'000));
  EXPECT_EQ(f_.status(second), open);
  f_.answer(declined());
  EXPECT_EQ(f_.status(second), canceled);
  EXPECT_EQ(f_.payment_of(second).status(), payments::v1::PAYMENT_STATUS_CANCELED);
}

// The challenge was passed when it was being given up: nobody knows yet which of the two will count.
TEST_F(EndingTest, WhatIsAuthorizedAndBeingVoidedIsNotPaidYet) {
  const std::string id = f_.create_session({.manual = true});
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.leave(id).ok());
  const auto void_request = f_.requests().back().effect;
  tell(id, 0, authorized(1'000));
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  EXPECT_EQ(f_.status(id), open);
  EXPECT_TRUE(f_.pay(id).ok()) << "and starts nothing";
  EXPECT_EQ(f_.payment_of(id).attempts_size(), 1);
  f_.answer(void_request, replied(connectors::v1::PSP_STATUS_VOIDED));
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(f_.status(id), open);
}

TEST_F(EndingTest, WhatCouldNotBeVoidedIsPaid) {
  const std::string id = f_.create_session({.manual = true});
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.leave(id).ok());
  const auto void_request = f_.requests().back().effect;
  tell(id, 0, authorized(1'000));
  f_.answer(void_request, replied(connectors::v1::PSP_STATUS_FAILED));
  EXPECT_EQ(f_.status(id), completed);
}

TEST_F(EndingTest, APaymentWithoutASessionIsNobodysBusiness) {
  const std::string payment = f_.create({});
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(payment).status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.status(id_), open);
}

}  // namespace
}  // namespace florin::checkout
