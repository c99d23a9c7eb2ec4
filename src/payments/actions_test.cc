// What a shopper is asked to do: how it is shown, how long it is waited for, and how it is left.
#include <gmock/gmock.h>

#include "contracts/convert.h"
#include "payments/commands.h"
#include "payments/limits.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;
using testing::HasSubstr;

class ActionsTest : public testing::Test {
 protected:
  PspReply app(Duration life = {}) {
    PspReply reply = replied(PSP_STATUS_ACTION_REQUIRED);
    reply.mutable_action()->set_app_url("upi://pay?pa=shop@sandbox");
    reply.mutable_action()->set_test_url("https://psp.test/play");
    if (life > Duration{}) reply.mutable_action()->set_expire_time_micros((f_.partition().now() + life).micros);
    return reply;
  }
  v1::AttemptStatus attempt(const std::string& id) { return f_.payment(id).attempts(0).status(); }
  // Answers inquiries with `reply` until a void is asked for, and gives how long that took.
  Duration wait_for_void(const PspReply& reply) {
    const Timestamp start = f_.partition().now();
    for (;;) {
      while (f_.requests().empty()) f_.partition().advance(f_.partition().timers().front().due - f_.partition().now());
      if (f_.requests().front().content.operation() == PSP_OPERATION_VOID) return f_.partition().now() - start;
      ++inquiries_;
      f_.answer(reply);
    }
  }

  PaymentsFixture f_;
  int inquiries_ = 0;
};

TEST_F(ActionsTest, AnAppIsShownUntilItIsDecided) {
  const std::string id = f_.create({.currency = "INR", .token = "tok_upi"});
  f_.answer(app(Duration::minutes(5)));
  const v1::Payment payment = f_.payment(id);
  EXPECT_EQ(payment.status(), v1::PAYMENT_STATUS_REQUIRES_ACTION);
  EXPECT_EQ(payment.payment_method().kind(), v1::PAYMENT_METHOD_KIND_UPI);
  EXPECT_EQ(payment.action().app_url(), "upi://pay?pa=shop@sandbox");
  EXPECT_EQ(payment.action().test_url(), "https://psp.test/play");
  EXPECT_EQ(payment.action().redirect_url(), "");
  EXPECT_EQ(contracts::from_message(payment.action().expire_time()), f_.partition().now() + Duration::minutes(5));
  ASSERT_TRUE(f_.shopper_returned(id).ok());
  f_.answer(captured(1'000));
  EXPECT_FALSE(f_.payment(id).has_action());
}

TEST_F(ActionsTest, ATransferIsShownAsTheProviderSaysIt) {
  const std::string id = f_.create({.token = "tok_bank_transfer"});
  PspReply reply = replied(PSP_STATUS_ACTION_REQUIRED);
  PspBankTransfer& asked = *reply.mutable_action()->mutable_bank_transfer();
  asked.set_account_holder("Shop");
  asked.set_account_number("DE1");
  asked.set_bank_code("BIC");
  asked.set_bank_name("Bank");
  asked.set_reference("R1");
  f_.answer(reply);
  const v1::Action action = f_.payment(id).action();
  EXPECT_EQ(action.bank_transfer().account_holder(), "Shop");
  EXPECT_EQ(action.bank_transfer().account_number(), "DE1");
  EXPECT_EQ(action.bank_transfer().bank_code(), "BIC");
  EXPECT_EQ(action.bank_transfer().bank_name(), "Bank");
  EXPECT_EQ(action.bank_transfer().reference(), "R1");
  EXPECT_FALSE(action.has_expire_time()) << "the provider did not say";
}

TEST_F(ActionsTest, AnActionThatAsksForNothingIsNotBelieved) {
  const std::string id = f_.create({});
  PspReply empty = replied(PSP_STATUS_ACTION_REQUIRED);
  empty.mutable_action()->set_test_url("https://psp.test/play");
  f_.answer(empty);
  EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_UNKNOWN);
}

TEST_F(ActionsTest, TheKindFollowsTheMethod) {
  const std::string id = f_.create({.token = "tok_wallet"});
  EXPECT_EQ(f_.payment(id).payment_method().kind(), v1::PAYMENT_METHOD_KIND_WALLET);
  f_.answer(declined());
  ASSERT_TRUE(f_.confirm(id, "tok_success").ok());
  EXPECT_EQ(f_.payment(id).payment_method().kind(), v1::PAYMENT_METHOD_KIND_UNSPECIFIED);
}

TEST_F(ActionsTest, IsGivenUpSoonAfterTheProviderDoes) {
  const std::string id = f_.create({});
  const PspReply reply = app(Duration::minutes(5));
  f_.answer(reply);
  EXPECT_EQ(wait_for_void(reply), Duration::minutes(5) + action_grace);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_VOIDED);
  EXPECT_EQ(f_.payment(id).last_failure().code(), common::v1::FAILURE_CODE_EXPIRED);
  EXPECT_THAT(f_.payment(id).last_failure().message(), HasSubstr("in time"));
}

TEST_F(ActionsTest, ATransferOfDaysIsAskedAboutAFewTimesADay) {
  (void)f_.create({});
  const PspReply reply = app(Duration::days(7));
  f_.answer(reply);
  EXPECT_EQ(wait_for_void(reply), Duration::days(7) + action_grace);
  EXPECT_GT(inquiries_, 7 * 3);
  EXPECT_LT(inquiries_, 7 * 6);
}

TEST_F(ActionsTest, IsNeverWaitedForLongerThanTheLimit) {
  for (const std::int64_t end : {INT64_MAX, (f_.partition().now() + Duration::days(400)).micros}) {
    const std::string id = f_.create({});
    PspReply reply = app();
    reply.mutable_action()->set_expire_time_micros(end);
    f_.answer(reply);
    EXPECT_EQ(contracts::from_message(f_.payment(id).action().expire_time()),
              f_.partition().now() + action_lifetime_max);
    EXPECT_EQ(wait_for_void(reply), action_lifetime_max + action_grace);
    f_.answer(replied(PSP_STATUS_SUCCEEDED));
  }
}

TEST_F(ActionsTest, AClockThatIsBehindDoesNotEndItAtOnce) {
  (void)f_.create({});
  PspReply reply = app();
  reply.mutable_action()->set_expire_time_micros((f_.partition().now() - Duration::hours(1)).micros);
  f_.answer(reply);
  EXPECT_EQ(wait_for_void(reply), action_grace);
}

TEST_F(ActionsTest, LeavingVoidsAtTheProviderAndThenAnotherMethodCanBeTried) {
  const std::string id = f_.create({});
  ASSERT_TRUE(f_.leave_action(id).ok());
  EXPECT_EQ(f_.requests().size(), 1u) << "nothing is asked of the shopper yet";
  f_.answer(app());
  ASSERT_TRUE(f_.leave_action(id).ok());
  ASSERT_TRUE(f_.leave_action(id).ok());
  ASSERT_EQ(f_.requests().size(), 1u) << "once";
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_VOID);
  EXPECT_FALSE(f_.confirm(id, "tok_success").ok()) << "not before the provider has answered";
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  const v1::Payment payment = f_.payment(id);
  EXPECT_EQ(payment.status(), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(payment.last_failure().code(), common::v1::FAILURE_CODE_CANCELED_BY_SHOPPER);
  EXPECT_FALSE(payment.has_action());
  ASSERT_TRUE(f_.confirm(id, "tok_success").ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.replayed_digest(), f_.partition().digest());
}

TEST_F(ActionsTest, WhoeverPaidBeforeLeavingHasPaid) {
  const std::string id = f_.create({});
  f_.answer(app());
  ASSERT_TRUE(f_.leave_action(id).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  ASSERT_EQ(f_.requests().size(), 1u) << "the refused void is followed by a question";
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(ActionsTest, CancelingWaitsUntilAnAttemptIsGivenUp) {
  const std::string id = f_.create({.currency = "INR", .token = "tok_upi"});
  f_.answer(app());
  ASSERT_TRUE(f_.leave_action(id).ok());
  EXPECT_EQ(f_.cancel(id).error().reason(), "payment_processing");
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.cancel(id)->payment().status(), v1::PAYMENT_STATUS_CANCELED);
}

TEST_F(ActionsTest, LeavingWhatIsNotThereIsNotFound) {
  EXPECT_EQ(f_.leave_action("pay_00000000000000000001").error().reason(), "payment_not_found");
}

TEST_F(ActionsTest, AMethodWithoutAuthorizationPaysAtOnceThoughCaptureWasToComeLater) {
  const std::string id = f_.create({.manual = true});
  EXPECT_FALSE(f_.requests().front().content.capture());
  f_.answer(app());
  ASSERT_TRUE(f_.shopper_returned(id).ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.payment(id).capturable_minor(), 0);
  EXPECT_TRUE(f_.requests().empty());
}

}  // namespace
}  // namespace florin::payments
