// Captures, refunds and voids that counted as failed although the provider had done them.
#include <gmock/gmock.h>

#include "florin/payments/v1/events.pb.h"
#include "payments/limits.h"
#include "payments/queries.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;
using Books = PaymentsFixture::Books;

constexpr auto not_sent = engine::v1::EFFECT_OUTCOME_NOT_SENT;
constexpr auto unknown = engine::v1::EFFECT_OUTCOME_UNKNOWN;

class CorrectionsTest : public testing::Test {
 protected:
  // A webhook of the provider about this payment's operation.
  void tell(const std::string& id, int operation, PspStatus status = PSP_STATUS_SUCCEEDED) {
    PspWebhook webhook;
    webhook.set_event_id("evt_" + std::to_string(++webhooks_));
    webhook.set_reference(id);
    webhook.set_idempotency_key(f_.payment(id).operations(operation).id());
    *webhook.mutable_reply() = replied(status);
    f_.receive(webhook);
  }
  // Tells and, when Florin asks whether it is so, says yes.
  void prove(const std::string& id, int operation) {
    tell(id, operation);
    ASSERT_EQ(f_.requests().size(), 1u);
    ASSERT_EQ(f_.requests().front().content.read_idempotency_key(), f_.payment(id).operations(operation).id());
    f_.answer(replied(PSP_STATUS_SUCCEEDED));
  }
  std::string paid() {
    const std::string id = f_.create({});
    f_.answer(captured(1'000));
    return id;
  }
  std::string held() {
    const std::string id = f_.create({.manual = true});
    f_.answer(authorized(1'000));
    return id;
  }
  std::string refunded_in_secret(std::int64_t amount_minor) {
    const std::string id = paid();
    EXPECT_TRUE(f_.refund(id, {.amount_minor = amount_minor}).ok());
    f_.end(not_sent);
    return id;
  }
  std::string captured_in_secret(std::int64_t amount_minor, bool final_capture = false) {
    const std::string id = held();
    EXPECT_TRUE(f_.capture(id, {.amount_minor = amount_minor, .final_capture = final_capture}).ok());
    f_.end(not_sent);
    return id;
  }
  v1::OperationStatus status(const std::string& id, int operation) {
    return f_.payment(id).operations(operation).status();
  }
  std::size_t corrections(const std::string& id) {
    v1::GetPaymentRequest request;
    request.set_payment_id(id);
    const auto timeline = get_payment(f_.state(), f_.tenant, request).value().timeline();
    return static_cast<std::size_t>(std::ranges::count(timeline, "payments.operation_corrected",
                                                       [](const v1::TimelineEntry& entry) { return entry.type(); }));
  }
  void expect_replayable() { EXPECT_EQ(f_.replayed_digest(), f_.partition().digest()); }

  PaymentsFixture f_;
  int webhooks_ = 0;
};

TEST_F(CorrectionsTest, ARefundIsPostedOnceThoughItIsToldTwice) {
  const std::string id = refunded_in_secret(600);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  prove(id, 0);
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_SUCCEEDED);
  EXPECT_FALSE(f_.payment(id).operations(0).has_failure());
  EXPECT_EQ(f_.payment(id).refunded_minor(), 600);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 400);
  EXPECT_EQ(f_.payment(id).attention_size(), 0);
  EXPECT_EQ(corrections(id), 1u);
  const Books books = {{"psp/sandbox/receivable", {1'000, 600, 0, 0}}, {"merchant/payable", {600, 1'000, 0, 0}}};
  EXPECT_EQ(f_.books(), books);
  tell(id, 0);
  EXPECT_TRUE(f_.requests().empty()) << "it is known";
  EXPECT_EQ(f_.books(), books);
  expect_replayable();
}

TEST_F(CorrectionsTest, AWebhookAloneCorrectsWhereTheProviderCannotBeRead) {
  PaymentsFixture f({.public_base_url = {}, .provider_rules = [](std::string_view) {
                       return ProviderRules{.reads_status = false, .absence_proven_after = std::nullopt};
                     }});
  const std::string id = f.create({});
  f.answer(captured(1'000));
  ASSERT_TRUE(f.refund(id).ok());
  f.end(not_sent);
  PspWebhook webhook;
  webhook.set_reference(id);
  webhook.set_idempotency_key(f.payment(id).operations(0).id());
  *webhook.mutable_reply() = replied(PSP_STATUS_PENDING);
  f.receive(webhook);
  EXPECT_EQ(f.payment(id).operations(0).status(), v1::OPERATION_STATUS_FAILED)
      << "it may be older than the failure, for webhooks come in any order";
  *webhook.mutable_reply() = replied(PSP_STATUS_SUCCEEDED);
  f.receive(webhook);
  EXPECT_EQ(f.payment(id).refunded_minor(), 1'000);
}

TEST_F(CorrectionsTest, AWebhookThatIsWrongChangesNothing) {
  const std::string id = refunded_in_secret(600);
  tell(id, 0);
  f_.answer(replied(PSP_STATUS_FAILED));
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_FAILED);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  EXPECT_EQ(corrections(id), 0u);
  f_.partition().advance(Duration::days(1));
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(CorrectionsTest, TheProviderIsAskedAgainUntilItAnswers) {
  const std::string id = refunded_in_secret(600);
  tell(id, 0);
  f_.end(unknown);
  f_.partition().advance(doubt_wait_min);
  f_.answer(replied(PSP_STATUS_UNCLEAR));
  f_.partition().advance(doubt_wait_min);
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refunded_minor(), 600);
}

TEST_F(CorrectionsTest, AProviderThatIsAwayForLongIsAskedMoreSeldom) {
  const std::string id = refunded_in_secret(600);
  tell(id, 0);
  for (std::size_t i = 0; i < inquiry_waits.size(); ++i) {
    ASSERT_EQ(f_.requests().size(), 1u);
    f_.end(not_sent);
    f_.partition().advance(std::max(doubt_wait_min, inquiry_waits[std::min(i + 1, inquiry_waits.size() - 1)]));
  }
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.end(not_sent);
  f_.partition().advance(inquiry_waits.back() - Duration::seconds(1));
  EXPECT_TRUE(f_.requests().empty());
  f_.partition().advance(Duration::seconds(1));
  EXPECT_EQ(f_.requests().size(), 1u);
}

TEST_F(CorrectionsTest, ARefundThatIsPendingAfterAllSetsItsAmountAsideAnew) {
  const std::string id = refunded_in_secret(600);
  f_.partition().advance(Duration::seconds(1));
  tell(id, 0, PSP_STATUS_PENDING);
  f_.answer(replied(PSP_STATUS_PENDING));
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_PENDING);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 400);
  EXPECT_EQ(f_.books(),
            (Books{{"psp/sandbox/receivable", {1'000, 0, 0, 600}}, {"merchant/payable", {0, 1'000, 600, 0}}}));
  f_.partition().advance(Duration::seconds(1));
  ASSERT_EQ(f_.requests().size(), 1u) << "it is asked about like any other";
  f_.answer(replied(PSP_STATUS_FAILED));
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_FAILED);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/receivable", {1'000, 0, 0, 0}}, {"merchant/payable", {0, 1'000, 0, 0}}}));
  expect_replayable();
}

TEST_F(CorrectionsTest, ASecondRefundThatTheProviderRefusesLeavesNothingToLookAt) {
  const std::string id = refunded_in_secret(600);
  ASSERT_TRUE(f_.refund(id, {.amount_minor = 600}).ok());
  const auto second = f_.requests().front().effect;
  tell(id, 0);
  f_.answer(f_.requests().back().effect, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refundable_minor(), 0) << "more is set aside than there is";
  EXPECT_EQ(f_.payment(id).attention_size(), 0) << "it may still be refused";
  f_.answer(second, replied(PSP_STATUS_FAILED));
  EXPECT_EQ(f_.payment(id).refunded_minor(), 600);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 400);
  EXPECT_EQ(f_.payment(id).attention_size(), 0);
  expect_replayable();
}

TEST_F(CorrectionsTest, TwoRefundsThatWereBothDoneAreForAPersonToSee) {
  const std::string id = refunded_in_secret(600);
  ASSERT_TRUE(f_.refund(id, {.amount_minor = 600}).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  prove(id, 0);
  const v1::Payment payment = f_.payment(id);
  EXPECT_EQ(payment.refunded_minor(), 1'200);
  EXPECT_EQ(payment.refundable_minor(), 0);
  ASSERT_EQ(payment.attention_size(), 1);
  EXPECT_EQ(payment.attention(0).reason(), v1::ATTENTION_REASON_OVER_REFUNDED);
  EXPECT_EQ(payment.attention(0).attempt_id(), payment.attempts(0).id());
  EXPECT_EQ(payment.attention(0).amount_minor(), 200);
  EXPECT_EQ(f_.books(),
            (Books{{"psp/sandbox/receivable", {1'000, 1'200, 0, 0}}, {"merchant/payable", {1'200, 1'000, 0, 0}}}));
  const auto refused = f_.refund(id, {.amount_minor = 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "payment_not_refundable");
  expect_replayable();
}

TEST_F(CorrectionsTest, ARefusalMakesFlorinAskWhatBecameOfTheOneThatWasNeverSent) {
  const std::string id = refunded_in_secret(600);
  ASSERT_TRUE(f_.refund(id, {.amount_minor = 600}).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.read_idempotency_key(), f_.payment(id).operations(0).id());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refunded_minor(), 600);
}

TEST_F(CorrectionsTest, ACaptureMovesWhatWasHeld) {
  const std::string id = captured_in_secret(400);
  prove(id, 0);
  EXPECT_EQ(f_.payment(id).captured_minor(), 400);
  EXPECT_EQ(f_.payment(id).capturable_minor(), 600);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/pending", {0, 0, 600, 0}},
                               {"psp/sandbox/receivable", {400, 0, 0, 0}},
                               {"merchant/payable", {0, 400, 0, 600}}}));
  expect_replayable();
}

TEST_F(CorrectionsTest, AFinalCaptureReleasesTheRest) {
  const std::string id = captured_in_secret(400, true);
  prove(id, 0);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_VOID);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/receivable", {400, 0, 0, 0}}, {"merchant/payable", {0, 400, 0, 0}}}));
}

TEST_F(CorrectionsTest, WhatWasCapturedBeyondTheAuthorizationIsGivenBack) {
  const std::string id = captured_in_secret(600);
  ASSERT_TRUE(f_.capture(id, {.amount_minor = 800}).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  prove(id, 0);
  EXPECT_EQ(f_.payment(id).captured_minor(), 1'400);
  EXPECT_EQ(f_.payment(id).capturable_minor(), 0);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_REFUND);
  EXPECT_EQ(f_.requests().front().content.amount_minor(), 400);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.books(),
            (Books{{"psp/sandbox/receivable", {1'400, 400, 0, 0}}, {"merchant/payable", {400, 1'400, 0, 0}}}));
  f_.partition().advance(Duration::days(1));
  EXPECT_TRUE(f_.requests().empty());
  expect_replayable();
}

TEST_F(CorrectionsTest, ACaptureOfAPaymentThatWasCanceledMeanwhileIsGivenBack) {
  const std::string id = captured_in_secret(400);
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(f_.books(), Books{});
  prove(id, 0);
  EXPECT_EQ(f_.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_CAPTURED);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_REFUND);
  EXPECT_EQ(f_.requests().front().content.amount_minor(), 400);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(f_.payment(id).refundable_minor(), 0);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/receivable", {400, 400, 0, 0}}, {"merchant/payable", {400, 400, 0, 0}}}));
  expect_replayable();
}

TEST_F(CorrectionsTest, ACancellationCancels) {
  const std::string id = held();
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.end(not_sent);
  // The void's failure makes Florin read the payment; its answer makes it read the void.
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.answer(replied(PSP_STATUS_VOIDED));
  EXPECT_EQ(f_.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_VOIDED);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_READ_OPERATION);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.books(), Books{}) << "released once";
  expect_replayable();
}

TEST_F(CorrectionsTest, ACancellationComesTooLateForAPaymentThatWentOn) {
  const std::string id = held();
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.end(not_sent);
  f_.answer(replied(PSP_STATUS_VOIDED));
  f_.end(unknown);
  ASSERT_TRUE(f_.confirm(id, "tok_success").ok());
  PspReply second = authorized(1'000);
  second.set_psp_reference("psp_2");
  f_.answer(second);
  f_.partition().advance(doubt_wait_min);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(status(id, 0), v1::OPERATION_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  EXPECT_EQ(f_.books(), (Books{{"psp/sandbox/pending", {0, 0, 1'000, 0}}, {"merchant/payable", {0, 0, 0, 1'000}}}));
  expect_replayable();
}

TEST_F(CorrectionsTest, ThePaymentsOwnFiguresAtTheProviderBetrayACapture) {
  const std::string id = captured_in_secret(400);
  PspWebhook webhook;
  webhook.set_reference(id);
  webhook.set_psp_reference("psp_1");
  *webhook.mutable_reply() = authorized(1'000);
  webhook.mutable_reply()->set_captured_minor(400);
  f_.receive(webhook);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.read_idempotency_key(), f_.payment(id).operations(0).id());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).captured_minor(), 400);
}

}  // namespace
}  // namespace florin::payments
