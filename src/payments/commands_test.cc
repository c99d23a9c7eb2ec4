#include "payments/commands.h"

#include <gmock/gmock.h>

#include "payments/limits.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;
using Books = PaymentsFixture::Books;

constexpr auto not_sent = engine::v1::EFFECT_OUTCOME_NOT_SENT;
constexpr auto unknown = engine::v1::EFFECT_OUTCOME_UNKNOWN;

template <class Response>
std::string reason_of(const Result<Response>& result) {
  return result.ok() ? "accepted" : result.error().reason();
}

class CommandsTest : public testing::Test {
 protected:
  std::string authorize(std::int64_t amount = 1'000) {
    const std::string id = f_.create({.amount_minor = amount, .manual = true});
    f_.answer(authorized(amount));
    return id;
  }
  std::string pay(std::int64_t amount = 1'000) {
    const std::string id = f_.create({.amount_minor = amount});
    f_.answer(captured(amount));
    return id;
  }
  v1::PaymentStatus status(const std::string& id) { return f_.payment(id).status(); }

  PaymentsFixture f_{Settings{.public_base_url = "https://pay.test"}};
};

TEST_F(CommandsTest, TheProviderIsAskedForTheAttempt) {
  const std::string id = f_.create({.amount_minor = 1'250, .manual = true});
  ASSERT_EQ(f_.requests().size(), 1u);
  const PspRequest request = f_.requests().front().content;
  EXPECT_EQ(request.operation(), PSP_OPERATION_AUTHORIZE);
  EXPECT_EQ(request.connector(), "sandbox");
  EXPECT_EQ(request.account(), "default");
  EXPECT_EQ(request.idempotency_key(), f_.payment(id).attempts(0).id());
  EXPECT_EQ(request.reference(), id);
  EXPECT_EQ(request.amount_minor(), 1'250);
  EXPECT_EQ(request.currency(), "USD");
  EXPECT_FALSE(request.capture());
  EXPECT_EQ(request.payment_method_token(), "tok_success");
  EXPECT_EQ(request.return_url(), "https://pay.test/return/" + id);
}

TEST_F(CommandsTest, OneAttemptAtATime) {
  const std::string id = f_.create({});
  EXPECT_EQ(reason_of(f_.confirm(id, "tok_other")), "payment_processing");
  f_.end(unknown);
  EXPECT_EQ(reason_of(f_.confirm(id, "tok_other")), "payment_processing");
  EXPECT_EQ(reason_of(f_.cancel(id)), "payment_processing");
  EXPECT_EQ(reason_of(f_.capture(id)), "payment_not_capturable");
  EXPECT_EQ(reason_of(f_.refund(id)), "payment_not_refundable");
}

TEST_F(CommandsTest, ARefusedConfirmLeavesNoTrace) {
  EXPECT_EQ(reason_of(f_.try_create({.token = ""})), "payment_method_required");
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_TRUE(payment_table().list(f_.state(), {}, 10).empty());
}

TEST_F(CommandsTest, WhatIsNotThereIsNotFound) {
  for (const char* id : {"pay_00000000000000000001", "pay_", "att_00000000000000000001", ""}) {
    EXPECT_EQ(reason_of(f_.confirm(id)), "payment_not_found") << id;
    EXPECT_EQ(reason_of(f_.capture(id)), "payment_not_found") << id;
    EXPECT_EQ(reason_of(f_.refund(id)), "payment_not_found") << id;
    EXPECT_EQ(reason_of(f_.cancel(id)), "payment_not_found") << id;
    EXPECT_EQ(reason_of(f_.shopper_returned(id)), "payment_not_found") << id;
  }
}

TEST_F(CommandsTest, AnAuthorizedAutomaticPaymentIsCaptured) {
  const std::string id = f_.create({});
  f_.answer(authorized(1'000));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_CAPTURE);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(CommandsTest, TheFirstOutcomeOfARequestCounts) {
  const std::string id = f_.create({});
  const auto effect = f_.requests().front().effect;
  f_.answer(captured(1'000));
  f_.answer(effect, declined());
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(CommandsTest, AmountsThatMakeNoSenseAreNotBelieved) {
  for (const PspReply& reply : {captured(1'001), captured(0), captured(-5), authorized(1'001), authorized(0)}) {
    const std::string id = f_.create({});
    f_.answer(reply);
    EXPECT_EQ(status(id), v1::PAYMENT_STATUS_PROCESSING) << reply.ShortDebugString();
    EXPECT_EQ(f_.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_UNKNOWN);
  }
  EXPECT_EQ(f_.books(), Books{});
}

TEST_F(CommandsTest, AnAnswerAboutSomethingElseIsNoProofOfAnOperation) {
  const std::string voided = authorize();
  ASSERT_TRUE(f_.cancel(voided).ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(voided).operations(0).status(), v1::OPERATION_STATUS_UNKNOWN) << "captured is not voided";

  const std::string part = authorize();
  ASSERT_TRUE(f_.capture(part, {.amount_minor = 600}).ok());
  PspReply less = replied(PSP_STATUS_SUCCEEDED);
  less.set_operation_minor(500);
  f_.answer(less);
  EXPECT_EQ(f_.payment(part).operations(0).status(), v1::OPERATION_STATUS_UNKNOWN) << "another amount";
  EXPECT_EQ(f_.payment(part).captured_minor(), 0);
}

TEST_F(CommandsTest, APartialApprovalIsWhatItIs) {
  const std::string id = f_.create({});
  f_.answer(captured(400));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.payment(id).captured_minor(), 400);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 400);
}

TEST_F(CommandsTest, AReplyThatCannotBeReadSaysNothing) {
  const std::string id = f_.create({});
  engine::EffectResult result;
  result.outcome = engine::v1::EFFECT_OUTCOME_ANSWERED;
  result.reply = "\xff\xff";
  f_.partition().complete(f_.requests().front().effect, result);
  EXPECT_EQ(f_.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_UNKNOWN);
}

TEST_F(CommandsTest, CapturesAreBounded) {
  const std::string id = authorize();
  EXPECT_EQ(reason_of(f_.capture(id, {.amount_minor = 1'001})), "amount_exceeds_capturable");
  EXPECT_EQ(reason_of(f_.capture(id, {.amount_minor = 1, .currency = "EUR"})), "currency_mismatch");
  ASSERT_TRUE(f_.capture(id, {.amount_minor = 600}).ok());
  EXPECT_EQ(reason_of(f_.capture(id, {.amount_minor = 401})), "amount_exceeds_capturable");
  EXPECT_EQ(reason_of(f_.cancel(id)), "payment_partially_captured");
  ASSERT_TRUE(f_.capture(id).ok());
  EXPECT_EQ(reason_of(f_.capture(id)), "payment_not_capturable");
  // The outcomes come in the other order.
  const auto requests = f_.requests();
  ASSERT_EQ(requests.size(), 2u);
  f_.answer(requests[1].effect, replied(PSP_STATUS_SUCCEEDED));
  f_.answer(requests[0].effect, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.payment(id).captured_minor(), 1'000);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/receivable", {1'000, 0, 0, 0}}, {"merchant/payable", {0, 1'000, 0, 0}}}));
}

TEST_F(CommandsTest, TheRestCapturedFirstLeavesRoomForTheFirstPart) {
  const std::string id = authorize();
  ASSERT_TRUE(f_.capture(id, {.amount_minor = 600}).ok());
  ASSERT_TRUE(f_.capture(id, {.amount_minor = 400, .final_capture = true}).ok());
  const auto requests = f_.requests();
  f_.answer(requests[1].effect, replied(PSP_STATUS_SUCCEEDED));
  f_.answer(requests[0].effect, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).captured_minor(), 1'000);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/receivable", {1'000, 0, 0, 0}}, {"merchant/payable", {0, 1'000, 0, 0}}}));
}

TEST_F(CommandsTest, RefundsAreBounded) {
  const std::string id = pay();
  EXPECT_EQ(reason_of(f_.refund(id, {.amount_minor = 1'001})), "amount_exceeds_refundable");
  ASSERT_TRUE(f_.refund(id, {.amount_minor = 700}).ok());
  EXPECT_EQ(reason_of(f_.refund(id, {.amount_minor = 301})), "amount_exceeds_refundable");
  f_.answer(replied(PSP_STATUS_FAILED));
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  const auto all = f_.refund(id);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->operation().amount_minor(), 1'000);
  EXPECT_EQ(all->payment().refundable_minor(), 0);
  EXPECT_EQ(reason_of(f_.refund(id)), "payment_not_refundable");
}

TEST_F(CommandsTest, AnOperationThatWasNotSentFails) {
  const std::string id = pay();
  const std::string refund = f_.refund(id)->operation().id();
  f_.end(not_sent);
  EXPECT_EQ(f_.payment(id).operations(0).status(), v1::OPERATION_STATUS_FAILED);
  EXPECT_EQ(f_.payment(id).operations(0).failure().code(), common::v1::FAILURE_CODE_NOT_PROCESSED);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
}

TEST_F(CommandsTest, OperationsAreLimited) {
  const std::string id = authorize(1'000);
  for (int i = 0; i < operations_max; ++i) {
    ASSERT_TRUE(f_.capture(id, {.amount_minor = 1}).ok());
    f_.answer(replied(PSP_STATUS_FAILED));
  }
  EXPECT_EQ(reason_of(f_.capture(id)), "operations_exhausted");
  EXPECT_EQ(reason_of(f_.refund(id)), "operations_exhausted");
}

TEST_F(CommandsTest, AttemptsAreLimited) {
  const std::string id = f_.create({});
  f_.answer(declined());
  for (int i = 1; i < attempts_max; ++i) {
    EXPECT_EQ(status(id), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
    ASSERT_TRUE(f_.confirm(id, "tok_other").ok());
    f_.answer(declined());
  }
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_FAILED);
  EXPECT_EQ(reason_of(f_.confirm(id, "tok_other")), "payment_not_confirmable");
}

TEST_F(CommandsTest, CancelWaitsForTheVoid) {
  const std::string id = authorize();
  ASSERT_TRUE(f_.cancel(id).ok());
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  EXPECT_EQ(reason_of(f_.capture(id)), "payment_not_capturable");
  ASSERT_TRUE(f_.cancel(id).ok()) << "asked again while it is under way";
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(f_.books(), Books{});
}

TEST_F(CommandsTest, ACancelThatComesTooLateFindsThePaymentPaid) {
  const std::string id = f_.create({});
  PspReply challenge = challenged();
  f_.answer(challenge);
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  // The refused void makes Florin ask what the attempt is now.
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_READ_PAYMENT);
  f_.answer(captured(1'000));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(CommandsTest, AnAuthorizationReleasedAtTheProviderIsGone) {
  const std::string id = authorize();
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  f_.answer(replied(PSP_STATUS_VOIDED));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(f_.books(), Books{});
}

TEST_F(CommandsTest, TheFirstConnectedAccountIsUsed) {
  f_.connect(f_.tenant, "sandbox", "another");
  const std::string id = f_.create({});
  EXPECT_EQ(f_.payment(id).attempts(0).psp_account(), "another");
  EXPECT_EQ(f_.payment(id).attempts(0).routing_reason(), "the first connected account");
  EXPECT_EQ(psp_account_table().list(f_.state(), store::Key().id(f_.tenant), 10).size(), 2u);
  f_.connect(f_.tenant, "sandbox", "another");
  EXPECT_EQ(psp_account_table().list(f_.state(), store::Key().id(f_.tenant), 10).size(), 2u);
}

TEST_F(CommandsTest, AnAuthorizationLapses) {
  const std::string id = authorize();
  EXPECT_EQ(f_.payment(id).expire_time().seconds(), (f_.partition().now() + authorization_lifetime).micros / 1'000'000);
  f_.partition().advance(authorization_lifetime);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_VOID);
  // The provider cannot be reached: tried again, until it is.
  f_.end(not_sent);
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  f_.end(unknown);  // the inquiry after the failed void
  f_.partition().advance(expiry_retry_wait);
  ASSERT_EQ(f_.requests().size(), 2u);
  EXPECT_EQ(f_.requests()[0].content.operation(), PSP_OPERATION_READ_PAYMENT) << "asked again, for it got no answer";
  f_.answer(authorized(1'000));
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(id), v1::PAYMENT_STATUS_EXPIRED);
  EXPECT_EQ(f_.books(), Books{});
}

}  // namespace
}  // namespace florin::payments
