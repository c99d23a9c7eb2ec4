#include "api/payments/wait.h"

#include <gmock/gmock.h>

#include "http/testing/manual_executor.h"
#include "payments/queries.h"
#include "payments/testing/payments_fixture.h"

namespace florin::api {
namespace {

using payments::PaymentsFixture;
using payments::v1::Payment;

TEST(WaitOfTest, ReadsTheRequestsWait) {
  google::protobuf::Duration wait;
  EXPECT_EQ(wait_of(false, wait).value(), wait_default);
  EXPECT_EQ(wait_of(true, wait).value(), Duration{});
  wait.set_seconds(60);
  EXPECT_EQ(wait_of(true, wait).value(), wait_max);
  for (const auto& [seconds, nanos] :
       {std::pair{60, 1'000}, std::pair{61, 0}, std::pair{-1, 0}, std::pair{0, -1'000}}) {
    wait.set_seconds(seconds);
    wait.set_nanos(nanos);
    const auto refused = wait_of(true, wait);
    ASSERT_FALSE(refused.ok()) << seconds << "s " << nanos << "ns";
    EXPECT_EQ(refused.error().reason(), "field_invalid");
    EXPECT_EQ(refused.error().field_violations().front().field, "wait");
  }
}

class WaitTest : public testing::Test {
 protected:
  // Begins to wait until the payment is settled.
  void begin(Duration at_most = Duration::seconds(10)) {
    payment_ = f_.payment(id_);
    Wait wait{f_.tenant, payment_, [](const Payment& payment) { return payments::is_settled(payment); }, at_most,
              stop_.get_token()};
    start(wait_for_payment(platform_, executor_, std::move(wait)), [this](const Payment& payment) { got_ = payment; });
    executor_.run();
  }
  void pass(Duration by) {
    clock_.advance(by);
    executor_.advance(by);
  }

  PaymentsFixture f_;
  engine::ManualClock clock_{f_.partition().now()};
  Platform platform_{f_.partition(), clock_, system_random()};
  http::ManualExecutor executor_;
  std::stop_source stop_;
  std::string id_ = f_.create({});
  Payment payment_;
  std::optional<Payment> got_;
};

TEST_F(WaitTest, EndsAsSoonAsTheOutcomeIsKnown) {
  begin();
  EXPECT_FALSE(got_);
  f_.answer(payments::captured(1'000));
  executor_.run();
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(WaitTest, GoesOnThroughChangesThatAreNoOutcome) {
  begin();
  f_.end(engine::v1::EFFECT_OUTCOME_UNKNOWN);
  executor_.run();
  EXPECT_FALSE(got_);
  f_.partition().advance(Duration::seconds(1));
  f_.answer(payments::declined());
  executor_.run();
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
}

TEST_F(WaitTest, GivesThePaymentAsItIsWhenTheTimeIsUp) {
  begin();
  pass(Duration::seconds(9));
  EXPECT_FALSE(got_);
  pass(Duration::seconds(1));
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_PROCESSING);
}

TEST_F(WaitTest, DoesNotWaitForWhatIsSettledOrForNoTime) {
  begin(Duration{});
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_PROCESSING);
  got_.reset();
  f_.answer(payments::captured(1'000));
  begin();
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(WaitTest, SeesAnOutcomeThatCameBeforeItBegan) {
  const Payment old = f_.payment(id_);
  f_.answer(payments::captured(1'000));
  Wait wait{f_.tenant, old, [](const Payment& payment) { return payments::is_settled(payment); }, Duration::seconds(10),
            stop_.get_token()};
  start(wait_for_payment(platform_, executor_, std::move(wait)), [this](const Payment& payment) { got_ = payment; });
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(WaitTest, EndsWhenTheCallerHasGone) {
  begin();
  EXPECT_FALSE(got_);
  stop_.request_stop();
  executor_.run();
  EXPECT_TRUE(got_);
}

TEST_F(WaitTest, WaitsForManyChangesWithoutLeavingAnythingBehind) {
  begin(Duration::seconds(60));
  for (int i = 0; i < 5; ++i) {
    f_.receive([&] {
      connectors::v1::PspWebhook webhook;
      webhook.set_event_id(std::to_string(i));
      webhook.set_reference(id_);
      return webhook;
    }());
    executor_.run();
    EXPECT_FALSE(got_);
  }
  f_.answer(payments::captured(1'000));
  executor_.run();
  EXPECT_TRUE(got_);
  EXPECT_EQ(executor_.run(), 0u);
}

}  // namespace
}  // namespace florin::api
