// What merchants ask: sessions, canceling them, links.
#include <gmock/gmock.h>

#include "checkout/limits.h"
#include "checkout/testing/checkout_fixture.h"
#include "contracts/convert.h"

namespace florin::checkout {
namespace {

using namespace connectors::v1;
using payments::captured;
using payments::challenged;
using payments::declined;
using payments::replied;
using testing::StartsWith;

std::string reason(const auto& result) {
  return result.ok() ? "ok" : result.error().reason();
}

class MerchantTest : public testing::Test {
 protected:
  CheckoutFixture f_;
};

TEST_F(MerchantTest, ASessionHasItsTermsItsSumAndItsPage) {
  v1::CreateCheckoutSessionRequest request;
  *request.mutable_terms() = terms_of({.amount_minor = 250, .currency = "EUR", .manual = true});
  request.mutable_terms()->mutable_line_items(0)->set_quantity(3);
  request.mutable_terms()->set_reference("order 7");
  const auto session = f_.try_create_session(request).value().session();
  EXPECT_THAT(session.id(), StartsWith("chk_"));
  EXPECT_EQ(session.status(), v1::CHECKOUT_SESSION_STATUS_OPEN);
  EXPECT_EQ(session.amount().minor(), 750);
  EXPECT_EQ(session.amount().currency(), "EUR");
  EXPECT_EQ(session.terms().SerializeAsString(), request.terms().SerializeAsString());
  EXPECT_THAT(session.url(), StartsWith("https://pay.test/checkout/#s_"));
  EXPECT_EQ(secret_in(session.url()).size(), 34u);
  EXPECT_EQ(session.payment_id(), "");
  EXPECT_EQ(session.payment_link_id(), "");
  const auto created = contracts::from_message(session.create_time());
  EXPECT_EQ(created, f_.partition().now());
  EXPECT_EQ(contracts::from_message(session.expire_time()), created + session_lifetime_default);
  EXPECT_EQ(f_.session(session.id()).SerializeAsString(), session.SerializeAsString());
}

TEST_F(MerchantTest, ASessionThatCannotBePaidIsNotMade) {
  v1::CreateCheckoutSessionRequest request;
  *request.mutable_terms() = terms_of({.amount_minor = 0});
  EXPECT_EQ(reason(f_.try_create_session(request)), "amount_out_of_range");
  *request.mutable_terms() = terms_of({});
  request.mutable_lifetime()->set_seconds(299);
  EXPECT_EQ(reason(f_.try_create_session(request)), "field_invalid");
  request.mutable_lifetime()->set_seconds(session_lifetime_max.to_seconds() + 1);
  EXPECT_EQ(reason(f_.try_create_session(request)), "field_invalid");
  request.mutable_lifetime()->set_seconds(session_lifetime_max.to_seconds());
  EXPECT_EQ(reason(f_.try_create_session(request)), "ok");
}

// ---- canceling ----

TEST_F(MerchantTest, CancelsASessionThatNobodyHasPaidFor) {
  const std::string id = f_.create_session();
  EXPECT_EQ(f_.cancel_session(id)->session().status(), v1::CHECKOUT_SESSION_STATUS_CANCELED);
  EXPECT_EQ(reason(f_.cancel_session(id)), "ok") << "twice is no error";
  EXPECT_EQ(reason(f_.pay(id)), "checkout_session_not_open");
}

TEST_F(MerchantTest, CancelsASessionTogetherWithItsDeclinedPayment) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(declined());
  EXPECT_EQ(f_.cancel_session(id)->session().status(), v1::CHECKOUT_SESSION_STATUS_CANCELED);
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_CANCELED);
}

TEST_F(MerchantTest, CannotCancelWhatIsBeingPaid) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  EXPECT_EQ(reason(f_.cancel_session(id)), "payment_processing");
  f_.end(engine::v1::EFFECT_OUTCOME_UNKNOWN);
  EXPECT_EQ(reason(f_.cancel_session(id)), "payment_processing") << "nobody knows the outcome";
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_OPEN);
}

TEST_F(MerchantTest, ASessionWithAChallengeIsCanceledWhenTheProviderHasLetGo) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  EXPECT_EQ(f_.cancel_session(id)->session().status(), v1::CHECKOUT_SESSION_STATUS_OPEN);
  EXPECT_EQ(reason(f_.cancel_session(id)), "ok") << "asked again while the provider is asked";
  EXPECT_EQ(f_.requests().size(), 1u);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_CANCELED);
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_CANCELED);
}

TEST_F(MerchantTest, ASessionThatIsPaidWhileItIsCanceledIsCompleted) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.cancel_session(id).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
}

TEST_F(MerchantTest, WhatHasEndedOtherwiseCannotBeCanceled) {
  const std::string paid = f_.create_session();
  ASSERT_TRUE(f_.pay(paid).ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(reason(f_.cancel_session(paid)), "checkout_session_not_open");
  const std::string authorized = f_.create_session({.manual = true});
  ASSERT_TRUE(f_.pay(authorized).ok());
  f_.answer(payments::authorized(1'000));
  EXPECT_EQ(reason(f_.cancel_session(authorized)), "checkout_session_not_open");
  const std::string expired = f_.create_session();
  f_.partition().advance(session_lifetime_default);
  EXPECT_EQ(reason(f_.cancel_session(expired)), "checkout_session_not_open");
}

TEST_F(MerchantTest, CancelingThePaymentCancelsTheSession) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(declined());
  ASSERT_TRUE(f_.cancel(f_.session(id).payment_id()).ok());
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_CANCELED);
}

TEST_F(MerchantTest, AnotherTenantsSessionIsNotThere) {
  const std::string id = f_.create_session();
  EXPECT_EQ(reason(f_.cancel_session(id, f_.other)), "checkout_session_not_found");
  EXPECT_EQ(reason(f_.cancel_session("chk_0", f_.tenant)), "checkout_session_not_found");
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_OPEN);
}

// ---- links ----

TEST_F(MerchantTest, ALinkHasNoEndUnlessItIsGivenOne) {
  const auto link = f_.link(f_.create_link());
  EXPECT_THAT(link.id(), StartsWith("lnk_"));
  EXPECT_THAT(link.url(), StartsWith("https://pay.test/checkout/#l_"));
  EXPECT_EQ(link.status(), v1::PAYMENT_LINK_STATUS_ACTIVE);
  EXPECT_EQ(link.use(), v1::PAYMENT_LINK_USE_REUSABLE);
  EXPECT_EQ(link.amount().minor(), 1'000);
  EXPECT_FALSE(link.has_expire_time());
  v1::CreatePaymentLinkRequest request;
  *request.mutable_terms() = terms_of({});
  EXPECT_EQ(f_.try_create_link(request)->payment_link().use(), v1::PAYMENT_LINK_USE_REUSABLE) << "the default";
  request.mutable_lifetime()->set_seconds(link_lifetime_max.to_seconds());
  EXPECT_TRUE(f_.try_create_link(request)->payment_link().has_expire_time());
  request.mutable_lifetime()->set_seconds(link_lifetime_max.to_seconds() + 1);
  EXPECT_EQ(reason(f_.try_create_link(request)), "field_invalid");
  request.clear_lifetime();
  *request.mutable_terms() = terms_of({.amount_minor = amount_max + 1});
  EXPECT_EQ(reason(f_.try_create_link(request)), "amount_out_of_range");
}

TEST_F(MerchantTest, AReusableLinkGivesEverybodyASessionOfTheirOwn) {
  const std::string id = f_.create_link();
  const auto first = f_.open_link(id).value();
  const auto second = f_.open_link(id).value();
  EXPECT_NE(first.session.to_string(), second.session.to_string());
  EXPECT_NE(first.secret, second.secret);
  const auto session = f_.session(first.session.to_string());
  EXPECT_EQ(session.payment_link_id(), id);
  EXPECT_EQ(secret_in(session.url()), first.secret);
  EXPECT_EQ(session.amount().minor(), 1'000);
  EXPECT_EQ(f_.link(id).opened_count(), 2);
  ASSERT_TRUE(f_.pay(first.session.to_string()).ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.link(id).completed_count(), 1);
  EXPECT_EQ(f_.link(id).status(), v1::PAYMENT_LINK_STATUS_ACTIVE);
  EXPECT_TRUE(f_.open_link(id).ok());
}

TEST_F(MerchantTest, ALinkForSingleUseGivesTheSameSessionUntilItIsPaid) {
  const std::string id = f_.create_link({}, v1::PAYMENT_LINK_USE_SINGLE);
  const auto first = f_.open_link(id).value();
  const auto second = f_.open_link(id).value();
  EXPECT_EQ(first.session.to_string(), second.session.to_string());
  EXPECT_EQ(first.secret, second.secret);
  EXPECT_EQ(f_.link(id).opened_count(), 1);
  ASSERT_TRUE(f_.pay(first.session.to_string()).ok());
  EXPECT_EQ(f_.opened(id), first.session.to_string()) << "it is under way";
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.link(id).status(), v1::PAYMENT_LINK_STATUS_USED);
  EXPECT_EQ(f_.link(id).completed_count(), 1);
  const auto refused = f_.open_link(id);
  EXPECT_EQ(reason(refused), "payment_link_not_active");
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("that was made"));
}

TEST_F(MerchantTest, ALinkForSingleUseGivesAnotherSessionWhereTheFirstEndedUnpaid) {
  const std::string id = f_.create_link({}, v1::PAYMENT_LINK_USE_SINGLE);
  const std::string expired = f_.opened(id);
  f_.partition().advance(session_lifetime_default);
  const std::string canceled = f_.opened(id);
  EXPECT_NE(canceled, expired);
  ASSERT_TRUE(f_.cancel_session(canceled).ok());
  EXPECT_NE(f_.opened(id), canceled);
  EXPECT_EQ(f_.link(id).opened_count(), 3);
}

TEST_F(MerchantTest, ALinkIsTurnedOffAndOnAgain) {
  const std::string id = f_.create_link();
  const std::string session = f_.opened(id);
  EXPECT_EQ(f_.update_link(id, false)->payment_link().status(), v1::PAYMENT_LINK_STATUS_INACTIVE);
  EXPECT_EQ(f_.update_link(id, false)->payment_link().status(), v1::PAYMENT_LINK_STATUS_INACTIVE);
  EXPECT_EQ(reason(f_.open_link(id)), "payment_link_not_active");
  ASSERT_TRUE(f_.pay(session).ok()) << "sessions that were made from it go on";
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.status(session), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(f_.update_link(id, true)->payment_link().status(), v1::PAYMENT_LINK_STATUS_ACTIVE);
  EXPECT_TRUE(f_.open_link(id).ok());
}

TEST_F(MerchantTest, ALinkExpires) {
  const std::string id = f_.create_link({.lifetime = lifetime_min});
  const std::string session = f_.opened(id);
  f_.partition().advance(lifetime_min - Duration::microseconds(1));
  EXPECT_EQ(f_.link(id).status(), v1::PAYMENT_LINK_STATUS_ACTIVE);
  f_.partition().advance(Duration::microseconds(1));
  EXPECT_EQ(f_.link(id).status(), v1::PAYMENT_LINK_STATUS_EXPIRED);
  EXPECT_EQ(reason(f_.open_link(id)), "payment_link_not_active");
  EXPECT_EQ(reason(f_.pay(session)), "ok") << "the session has its own time";
  EXPECT_EQ(f_.update_link(id, false)->payment_link().status(), v1::PAYMENT_LINK_STATUS_EXPIRED);
}

TEST_F(MerchantTest, AnotherTenantsLinkIsNotThere) {
  const std::string id = f_.create_link();
  EXPECT_EQ(reason(f_.update_link(id, false, f_.other)), "payment_link_not_found");
  EXPECT_EQ(reason(f_.open_link(id, f_.other)), "payment_link_not_found");
  EXPECT_EQ(f_.link(id).status(), v1::PAYMENT_LINK_STATUS_ACTIVE);
}

}  // namespace
}  // namespace florin::checkout
