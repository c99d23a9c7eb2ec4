#include <gmock/gmock.h>

#include "payments/commands.h"
#include "payments/limits.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;
using Books = PaymentsFixture::Books;

constexpr auto not_sent = engine::v1::EFFECT_OUTCOME_NOT_SENT;
constexpr auto unknown = engine::v1::EFFECT_OUTCOME_UNKNOWN;

Settings webhooks_only() {
  return {.public_base_url = {}, .provider_rules = [](std::string_view) {
            return ProviderRules{.reads_status = false, .absence_proven_after = std::nullopt};
          }};
}

class WebhooksTest : public testing::Test {
 protected:
  static PspWebhook about_attempt(const v1::Payment& payment, const PspReply& reply, int attempt = 0) {
    PspWebhook webhook;
    webhook.set_reference(payment.id());
    webhook.set_idempotency_key(payment.attempts(attempt).id());
    webhook.set_operation(PSP_OPERATION_AUTHORIZE);
    *webhook.mutable_reply() = reply;
    return webhook;
  }
  static PspWebhook about_operation(const v1::Payment& payment, const PspReply& reply) {
    PspWebhook webhook = about_attempt(payment, reply);
    webhook.set_idempotency_key(payment.operations(0).id());
    webhook.set_operation(PSP_OPERATION_REFUND);
    return webhook;
  }
  std::size_t webhooks_kept(PaymentsFixture& f) { return webhook_table().list(f.state(), {}, 100).size(); }

  PaymentsFixture f_;
};

TEST_F(WebhooksTest, IsAHintToReadWhereTheProviderCanBeRead) {
  const std::string id = f_.create({});
  f_.end(unknown);
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_PROCESSING) << "what the webhook says is not believed";
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_READ_PAYMENT);
  f_.answer(captured(900));
  EXPECT_EQ(f_.payment(id).captured_minor(), 900);
}

TEST_F(WebhooksTest, IsTheFactWhereTheProviderCannotBeRead) {
  PaymentsFixture f(webhooks_only());
  const std::string id = f.create({});
  f.end(unknown);
  f.receive(about_attempt(f.payment(id), captured(1'000)));
  EXPECT_EQ(f.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  ASSERT_TRUE(f.refund(id).ok());
  f.end(unknown);
  f.receive(about_operation(f.payment(id), replied(PSP_STATUS_SUCCEEDED)));
  EXPECT_EQ(f.payment(id).refunded_minor(), 1'000);
}

TEST_F(WebhooksTest, TheSameOneAgainIsNothing) {
  const std::string id = f_.create({});
  f_.end(unknown);
  const PspWebhook webhook = about_attempt(f_.payment(id), captured(1'000));
  f_.receive(webhook);
  const std::string digest = f_.partition().digest();
  const std::size_t events = f_.partition().events(f_.tenant, id).size();
  f_.receive(webhook);
  EXPECT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.partition().events(f_.tenant, id).size(), events);
  EXPECT_EQ(webhooks_kept(f_), 1u);
}

TEST_F(WebhooksTest, OneEventIdWithTwoContentsIsTwoWebhooks) {
  const std::string id = f_.create({});
  f_.end(unknown);
  f_.receive(about_attempt(f_.payment(id), replied(PSP_STATUS_PENDING)));
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  EXPECT_EQ(webhooks_kept(f_), 2u);
  EXPECT_EQ(f_.requests().size(), 2u);
}

TEST_F(WebhooksTest, WaitsForTheAnswerThatIsOnItsWay) {
  const std::string id = f_.create({});
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_AUTHORIZE);
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(WebhooksTest, FindsTheAttemptByTheProvidersId) {
  const std::string id = f_.create({});
  f_.answer(replied(PSP_STATUS_PENDING));
  PspWebhook webhook = about_attempt(f_.payment(id), captured(1'000));
  webhook.clear_idempotency_key();
  webhook.set_psp_reference("psp_2");
  f_.receive(webhook);
  EXPECT_TRUE(f_.requests().empty());
  webhook.set_psp_reference("psp_1");
  f_.receive(webhook);
  EXPECT_EQ(f_.requests().size(), 1u);
}

TEST_F(WebhooksTest, AboutAnUnknownPaymentIsKept) {
  PspWebhook webhook;
  webhook.set_reference("pay_00000000000000000009");
  webhook.set_psp_reference("psp_9");
  f_.receive(webhook);
  webhook.set_reference("order 9");
  f_.receive(webhook);
  EXPECT_EQ(webhooks_kept(f_), 2u);
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(WebhooksTest, AnOldOneChangesNothing) {
  const std::string id = f_.create({.manual = true});
  f_.answer(authorized(1'000));
  ASSERT_TRUE(f_.capture(id).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  f_.receive(about_attempt(f_.payment(id), authorized(1'000)));
  f_.receive(about_attempt(f_.payment(id), declined()));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
}

// The provider took money for an attempt that had counted as not sent, after another one had paid.
class SurplusTest : public WebhooksTest {
 protected:
  std::string pay_twice(PaymentsFixture& f) {
    const std::string id = f.create({});
    f.end(not_sent);
    EXPECT_TRUE(f.confirm(id).ok());
    PspReply second = captured(1'000);
    second.set_psp_reference("psp_2");
    f.answer(second);
    f.receive(about_attempt(f.payment(id), captured(1'000)));
    f.answer(captured(1'000));
    return id;
  }
  static constexpr auto refund = PSP_OPERATION_REFUND;
};

TEST_F(SurplusTest, IsGivenBack) {
  const std::string id = pay_twice(f_);
  EXPECT_EQ(f_.payment(id).captured_minor(), 2'000);
  ASSERT_EQ(f_.requests().size(), 1u);
  const PspRequest request = f_.requests().front().content;
  EXPECT_EQ(request.operation(), refund);
  EXPECT_EQ(request.psp_reference(), "psp_1") << "the older charge is the surplus";
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refundable_minor(), 1'000);
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(f_.books(),
            (Books{{"psp/sandbox/receivable", {2'000, 1'000, 0, 0}}, {"merchant/payable", {1'000, 2'000, 0, 0}}}));
  f_.partition().advance(Duration::days(1));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_TRUE(f_.partition().timers().empty());
}

TEST_F(SurplusTest, IsTriedAgainHoweverLateItsRefundFails) {
  const std::string id = pay_twice(f_);
  f_.partition().advance(Duration::hours(1));
  ASSERT_EQ(f_.requests().size(), 1u) << "one refund at a time";
  f_.answer(replied(PSP_STATUS_FAILED));
  f_.partition().advance(Duration::minutes(6));
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), refund);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refunded_minor(), 1'000);
}

TEST_F(SurplusTest, IsFoundAlsoWhenTheProviderCannotBeAskedAtFirst) {
  const std::string id = f_.create({});
  f_.end(not_sent);
  ASSERT_TRUE(f_.confirm(id).ok());
  f_.answer(captured(1'000));
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  f_.end(unknown);
  f_.partition().advance(doubt_wait_min);
  f_.answer(replied(PSP_STATUS_UNCLEAR));
  f_.partition().advance(doubt_wait_min);
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_CAPTURED);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), refund);
}

TEST_F(SurplusTest, AWebhookThatIsWrongIsForgottenOnceTheProviderSaysSo) {
  const std::string id = f_.create({});
  f_.answer(declined());
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  f_.answer(declined());
  f_.partition().advance(Duration::days(1));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
}

TEST_F(SurplusTest, AnEarlierAttemptThatWonWhileThePaymentWasBeingCanceledIsGivenBack) {
  const std::string id = f_.create({.manual = true});
  f_.end(not_sent);
  ASSERT_TRUE(f_.confirm(id).ok());
  PspReply challenge = challenged();
  challenge.set_psp_reference("psp_2");
  f_.answer(challenge);
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.receive(about_attempt(f_.payment(id), authorized(1'000)));
  const auto requests = f_.requests();
  ASSERT_EQ(requests.size(), 2u);
  f_.answer(requests[1].effect, authorized(1'000));
  f_.answer(requests[0].effect, replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_CANCELED);
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_VOID);
  EXPECT_EQ(f_.requests().front().content.psp_reference(), "psp_1");
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.books(), Books{});
}

TEST_F(SurplusTest, MoneyForAPaymentThatWasPaidAndRefundedIsGivenBack) {
  const std::string id = f_.create({});
  f_.end(not_sent);
  ASSERT_TRUE(f_.confirm(id).ok());
  f_.answer(captured(1'000));
  ASSERT_TRUE(f_.refund(id).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  f_.receive(about_attempt(f_.payment(id), captured(1'000)));
  f_.answer(captured(1'000));
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), refund);
}

TEST_F(SurplusTest, MoneyForACanceledPaymentIsGivenBack) {
  const std::string id = f_.create({.manual = true});
  f_.end(not_sent);
  ASSERT_TRUE(f_.cancel(id).ok());
  f_.receive(about_attempt(f_.payment(id), authorized(1'000)));
  f_.answer(authorized(1'000));
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_VOID);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_CANCELED);
  EXPECT_EQ(f_.books(), Books{});
}

}  // namespace
}  // namespace florin::payments
