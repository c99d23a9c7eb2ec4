#include "payments/inquiries.h"

#include <gmock/gmock.h>

#include "payments/limits.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;

constexpr auto not_sent = engine::v1::EFFECT_OUTCOME_NOT_SENT;
constexpr auto unknown = engine::v1::EFFECT_OUTCOME_UNKNOWN;

Settings proven_after(std::optional<Duration> wait) {
  return {.public_base_url = {}, .provider_rules = [wait](std::string_view) {
            return ProviderRules{.reads_status = true, .absence_proven_after = wait};
          }};
}

class InquiriesTest : public testing::Test {
 protected:
  v1::AttemptStatus attempt(const std::string& id) { return f_.payment(id).attempts(0).status(); }
  // Lets time pass until the provider is asked, and gives how long that took.
  Duration wait_for_request() {
    const Timestamp start = f_.partition().now();
    while (f_.requests().empty()) f_.partition().advance(f_.partition().timers().front().due - f_.partition().now());
    return f_.partition().now() - start;
  }

  PaymentsFixture f_{proven_after(Duration::seconds(5))};
};

TEST_F(InquiriesTest, AsksWithGrowingWaitsForEver) {
  const std::string id = f_.create({});
  f_.end(unknown);
  for (std::size_t i = 0; i < inquiry_waits.size() + 3; ++i) {
    EXPECT_EQ(wait_for_request(), inquiry_waits[std::min(i, inquiry_waits.size() - 1)]) << i;
    f_.end(i % 2 == 0 ? unknown : not_sent);
    EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_UNKNOWN);
  }
}

TEST_F(InquiriesTest, AsksForTheAttemptByItsKeyUntilTheProvidersIdIsKnown) {
  const std::string id = f_.create({});
  f_.end(unknown);
  wait_for_request();
  PspRequest request = f_.requests().front().content;
  EXPECT_EQ(request.operation(), PSP_OPERATION_READ_PAYMENT);
  EXPECT_EQ(request.idempotency_key(), f_.payment(id).attempts(0).id());
  EXPECT_EQ(request.psp_reference(), "");
  f_.answer(replied(PSP_STATUS_PENDING));
  wait_for_request();
  EXPECT_EQ(f_.requests().front().content.psp_reference(), "psp_1");
}

TEST_F(InquiriesTest, AsksForAnOperationByItsKey) {
  const std::string id = f_.create({});
  f_.answer(captured(1'000));
  const std::string refund = f_.refund(id)->operation().id();
  f_.end(unknown);
  EXPECT_EQ(wait_for_request(), inquiry_waits[0]);
  const PspRequest request = f_.requests().front().content;
  EXPECT_EQ(request.operation(), PSP_OPERATION_READ_OPERATION);
  EXPECT_EQ(request.read_operation(), PSP_OPERATION_REFUND);
  EXPECT_EQ(request.read_idempotency_key(), refund);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment(id).refunded_minor(), 1'000);
}

TEST_F(InquiriesTest, EndsWithTheOutcome) {
  const std::string id = f_.create({});
  f_.end(unknown);
  wait_for_request();
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_SUCCEEDED);
  f_.partition().advance(Duration::days(30));
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_TRUE(f_.partition().timers().empty());
}

TEST_F(InquiriesTest, AbsenceIsProofOnlyLongEnoughAfterTheLastTry) {
  const std::string id = f_.create({});
  f_.end(unknown);
  // Asked after 1 s and 3 s: too early. The one that is asked at 8 s proves it.
  for (const auto expected : {v1::ATTEMPT_STATUS_UNKNOWN, v1::ATTEMPT_STATUS_UNKNOWN, v1::ATTEMPT_STATUS_NOT_SENT}) {
    wait_for_request();
    f_.answer(replied(PSP_STATUS_ABSENT));
    EXPECT_EQ(attempt(id), expected);
  }
  EXPECT_EQ(f_.payment(id).status(), v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
  EXPECT_EQ(f_.payment(id).last_failure().code(), common::v1::FAILURE_CODE_NOT_PROCESSED);
}

TEST_F(InquiriesTest, AnAnswerThatComesLateCountsFromWhenItWasAsked) {
  const std::string id = f_.create({});
  f_.end(unknown);
  wait_for_request();
  const auto early = f_.requests().front().effect;
  f_.partition().advance(Duration::minutes(1));
  f_.answer(early, replied(PSP_STATUS_ABSENT));
  EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_UNKNOWN);
}

TEST(InquiriesWithoutProofTest, AbsenceProvesNothingWhereTheConnectorSaysSo) {
  PaymentsFixture f(proven_after(std::nullopt));
  const std::string id = f.create({});
  f.end(unknown);
  f.partition().advance(Duration::days(2));
  while (!f.requests().empty()) f.answer(replied(PSP_STATUS_ABSENT));
  EXPECT_EQ(f.payment(id).attempts(0).status(), v1::ATTEMPT_STATUS_UNKNOWN);
  EXPECT_EQ(f.payment(id).status(), v1::PAYMENT_STATUS_PROCESSING);
}

TEST_F(InquiriesTest, AnUnclearAnswerUndoesNothing) {
  const std::string id = f_.create({});
  f_.answer(replied(PSP_STATUS_PENDING));
  wait_for_request();
  f_.answer(replied(PSP_STATUS_UNCLEAR));
  EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_PENDING);
  EXPECT_GT(wait_for_request(), Duration{});
}

TEST_F(InquiriesTest, AChallengeIsGivenUpAfterItsLifetime) {
  const std::string id = f_.create({});
  PspReply challenge = challenged();
  f_.answer(challenge);
  const auto end = f_.partition().now() + challenge_lifetime;
  while (f_.partition().now() < end) {
    wait_for_request();
    if (f_.requests().front().content.operation() == PSP_OPERATION_VOID) break;
    f_.answer(challenge);
  }
  EXPECT_EQ(f_.partition().now(), end);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(attempt(id), v1::ATTEMPT_STATUS_VOIDED);
  EXPECT_EQ(f_.payment(id).last_failure().code(), common::v1::FAILURE_CODE_EXPIRED);
}

TEST_F(InquiriesTest, TheShoppersReturnAsksAtOnceAndOnlyInAChallenge) {
  const std::string id = f_.create({});
  ASSERT_TRUE(f_.shopper_returned(id).ok());
  EXPECT_EQ(f_.requests().size(), 1u) << "nothing to ask while the attempt itself is under way";
  PspReply challenge = challenged();
  f_.answer(challenge);
  ASSERT_TRUE(f_.shopper_returned(id).ok());
  ASSERT_EQ(f_.requests().size(), 1u);
  EXPECT_EQ(f_.requests().front().content.operation(), PSP_OPERATION_READ_PAYMENT);
  f_.answer(captured(1'000));
  ASSERT_TRUE(f_.shopper_returned(id).ok());
  EXPECT_TRUE(f_.requests().empty());
}

}  // namespace
}  // namespace florin::payments
