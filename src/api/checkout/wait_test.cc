// Calls that wait: for the outcome of a try, for news, for the provider to let go.
#include "api/checkout/wait.h"

#include <gmock/gmock.h>

#include "api/checkout/shopper_service.h"
#include "api/payments/wait.h"
#include "checkout/testing/checkout_fixture.h"
#include "http/testing/manual_executor.h"

namespace florin::api {
namespace {

using checkout::CheckoutFixture;
using payments::captured;
using payments::challenged;
using payments::declined;
using payments::v1::PAYMENT_STATUS_PROCESSING;
using payments::v1::PAYMENT_STATUS_REQUIRES_ACTION;
using payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD;
using payments::v1::PAYMENT_STATUS_SUCCEEDED;
using payments::v1::PAYMENT_STATUS_UNSPECIFIED;
namespace pb = checkout::v1;

class CheckoutWaitTest : public testing::Test {
 protected:
  // One call that is under way. What it answered is there as soon as it has.
  struct Call {
    explicit Call(rpc::Context::Start start) : context(std::move(start)) {}
    rpc::Context context;
    std::optional<pb::Checkout> checkout;
    std::optional<Error> error;

    template <class Response>
    void note(Result<Response> response) {
      if (response.ok()) {
        checkout = std::move(*response->mutable_checkout());
      } else {
        error = response.error();
      }
    }
  };

  std::unique_ptr<Call> begin(const rpc::MethodSpec& method) {
    auto call = std::make_unique<Call>(rpc::Context::Start{.spec = method, .executor = executor_, .clock = clock_});
    call->context.set(checkout::Shopper{f_.tenant, checkout::SessionId::parse(id_), std::nullopt});
    return call;
  }
  std::unique_ptr<Call> pay(std::optional<Duration> wait = {}) {
    pay_request_.mutable_payment_method()->set_token("tok_success");
    if (wait) pay_request_.mutable_wait()->set_seconds(wait->to_seconds());
    auto call = begin(pb::ShopperServiceMethods::pay_checkout());
    start(service_.pay_checkout(pay_request_, call->context),
          [&to = *call](Result<pb::PayCheckoutResponse> response) { to.note(std::move(response)); });
    executor_.run();
    return call;
  }
  std::unique_ptr<Call> get(payments::v1::PaymentStatus known, std::optional<Duration> wait) {
    get_request_.set_known_status(known);
    get_request_.clear_wait();
    if (wait) get_request_.mutable_wait()->set_seconds(wait->to_seconds());
    auto call = begin(pb::ShopperServiceMethods::get_checkout());
    start(service_.get_checkout(get_request_, call->context),
          [&to = *call](Result<pb::GetCheckoutResponse> response) { to.note(std::move(response)); });
    executor_.run();
    return call;
  }
  std::unique_ptr<Call> leave() {
    auto call = begin(pb::ShopperServiceMethods::leave_action());
    start(service_.leave_action(leave_request_, call->context),
          [&to = *call](Result<pb::LeaveActionResponse> response) { to.note(std::move(response)); });
    executor_.run();
    return call;
  }
  void answer(const connectors::v1::PspReply& reply) {
    f_.answer(reply);
    executor_.run();
  }
  void pass(Duration by) {
    clock_.advance(by);
    executor_.advance(by);
  }

  CheckoutFixture f_;
  engine::ManualClock clock_{f_.partition().now()};
  Platform platform_{f_.partition(), clock_, system_random()};
  http::ManualExecutor executor_;
  ShopperService service_{platform_, f_.checkout_settings()};
  const std::string id_ = f_.create_session();
  pb::PayCheckoutRequest pay_request_;
  pb::GetCheckoutRequest get_request_;
  pb::LeaveActionRequest leave_request_;
};

TEST_F(CheckoutWaitTest, PayingWaitsForTheOutcome) {
  for (const auto& [reply, status] : {std::pair{declined(), PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD},
                                      std::pair{captured(1'000), PAYMENT_STATUS_SUCCEEDED}}) {
    const auto call = pay();
    EXPECT_FALSE(call->checkout);
    answer(reply);
    ASSERT_TRUE(call->checkout);
    EXPECT_EQ(call->checkout->payment().status(), status);
  }
}

TEST_F(CheckoutWaitTest, PayingEndsWhereTheShopperMustAct) {
  const auto call = pay();
  answer(challenged());
  ASSERT_TRUE(call->checkout);
  EXPECT_EQ(call->checkout->payment().status(), PAYMENT_STATUS_REQUIRES_ACTION);
}

TEST_F(CheckoutWaitTest, PayingGoesOnThroughWhatIsNoOutcome) {
  const auto call = pay();
  f_.end(engine::v1::EFFECT_OUTCOME_UNKNOWN);
  executor_.run();
  EXPECT_FALSE(call->checkout);
  f_.partition().advance(Duration::seconds(1));
  answer(captured(1'000));
  EXPECT_TRUE(call->checkout);
}

TEST_F(CheckoutWaitTest, ASecondWindowWaitsForTheSameOutcome) {
  const auto first = pay();
  const auto second = pay();
  EXPECT_FALSE(second->checkout);
  EXPECT_EQ(f_.requests().size(), 1u);
  answer(captured(1'000));
  ASSERT_TRUE(first->checkout && second->checkout);
  EXPECT_EQ(first->checkout->payment().payment_id(), second->checkout->payment().payment_id());
}

TEST_F(CheckoutWaitTest, WhenTheTimeIsUpItSaysWhatIs) {
  const auto call = pay();
  pass(wait_default - Duration::seconds(1));
  EXPECT_FALSE(call->checkout);
  pass(Duration::seconds(1));
  ASSERT_TRUE(call->checkout);
  EXPECT_EQ(call->checkout->payment().status(), PAYMENT_STATUS_PROCESSING);
  const auto at_once = pay(Duration{});
  ASSERT_TRUE(at_once->checkout);
  EXPECT_EQ(at_once->checkout->payment().status(), PAYMENT_STATUS_PROCESSING);
}

TEST_F(CheckoutWaitTest, EndsWhenTheShopperHasGone) {
  const auto call = pay();
  call->context.request_stop();
  executor_.run();
  EXPECT_TRUE(call->checkout);
  EXPECT_EQ(executor_.run(), 0u);
}

TEST_F(CheckoutWaitTest, AWaitOfMoreThanAMinuteIsRefused) {
  for (const auto wait : {Duration::seconds(61), Duration::seconds(-1)}) {
    EXPECT_EQ(pay(wait)->error.value().reason(), "field_invalid");
    EXPECT_EQ(get(PAYMENT_STATUS_PROCESSING, wait)->error.value().reason(), "field_invalid");
  }
  EXPECT_TRUE(f_.requests().empty()) << "nothing was begun";
}

TEST_F(CheckoutWaitTest, ReadingWithoutAWaitAnswersAtOnce) {
  const auto call = get(PAYMENT_STATUS_UNSPECIFIED, std::nullopt);
  ASSERT_TRUE(call->checkout);
  EXPECT_FALSE(call->checkout->has_payment());
}

TEST_F(CheckoutWaitTest, ReadingWaitsForNewsFromAnotherWindow) {
  const auto call = get(PAYMENT_STATUS_UNSPECIFIED, Duration::seconds(60));
  EXPECT_FALSE(call->checkout);
  ASSERT_TRUE(f_.pay(id_).ok());
  executor_.run();
  ASSERT_TRUE(call->checkout) << "the first payment is news too";
  EXPECT_EQ(call->checkout->payment().status(), PAYMENT_STATUS_PROCESSING);
  const auto next = get(PAYMENT_STATUS_PROCESSING, Duration::seconds(60));
  EXPECT_FALSE(next->checkout);
  answer(captured(1'000));
  ASSERT_TRUE(next->checkout);
  EXPECT_EQ(next->checkout->status(), pb::CHECKOUT_SESSION_STATUS_COMPLETED);
  const auto late = get(PAYMENT_STATUS_PROCESSING, Duration::seconds(60));
  EXPECT_TRUE(late->checkout) << "what is known is old";
}

TEST_F(CheckoutWaitTest, ReadingEndsWithTheSession) {
  const auto call = get(PAYMENT_STATUS_UNSPECIFIED, Duration::seconds(60));
  ASSERT_TRUE(f_.cancel_session(id_).ok());
  executor_.run();
  ASSERT_TRUE(call->checkout);
  EXPECT_EQ(call->checkout->status(), pb::CHECKOUT_SESSION_STATUS_CANCELED);
}

TEST_F(CheckoutWaitTest, LeavingWaitsForTheProvider) {
  const auto paying = pay();
  answer(challenged());
  const auto call = leave();
  EXPECT_FALSE(call->checkout);
  answer(payments::replied(connectors::v1::PSP_STATUS_SUCCEEDED));
  ASSERT_TRUE(call->checkout);
  EXPECT_EQ(call->checkout->payment().status(), PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(call->checkout->status(), pb::CHECKOUT_SESSION_STATUS_OPEN);
}

TEST_F(CheckoutWaitTest, LeavingTooLateSaysThatItIsPaid) {
  const auto paying = pay();
  answer(challenged());
  const auto call = leave();
  answer(payments::replied(connectors::v1::PSP_STATUS_FAILED));
  answer(captured(1'000));
  ASSERT_TRUE(call->checkout);
  EXPECT_EQ(call->checkout->status(), pb::CHECKOUT_SESSION_STATUS_COMPLETED);
}

TEST_F(CheckoutWaitTest, ManyWaitAndNothingStaysBehind) {
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(get(PAYMENT_STATUS_UNSPECIFIED, Duration::seconds(60)));
  ASSERT_TRUE(f_.pay(id_).ok());
  executor_.run();
  for (const auto& call : calls) EXPECT_TRUE(call->checkout);
  pass(Duration::hours(1));
  EXPECT_EQ(executor_.run(), 0u);
}

}  // namespace
}  // namespace florin::api
