// What shoppers ask: paying, once; paying otherwise.
#include <gmock/gmock.h>

#include "checkout/limits.h"
#include "checkout/testing/checkout_fixture.h"
#include "payments/limits.h"

namespace florin::checkout {
namespace {

using namespace connectors::v1;
using payments::captured;
using payments::challenged;
using payments::declined;
using payments::replied;
using payments::v1::PAYMENT_STATUS_PROCESSING;
using payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD;
using payments::v1::PAYMENT_STATUS_SUCCEEDED;

std::string reason(const auto& result) {
  return result.ok() ? "ok" : result.error().reason();
}

class ShopperTest : public testing::Test {
 protected:
  // Of the tenant, in all.
  std::size_t payments_made() {
    std::size_t made = 0;
    payments::payment_table().walk(f_.state(), store::Key().id(f_.tenant), {},
                                   [&](std::string_view, const payments::PaymentRow&) { return ++made > 0; });
    return made;
  }

  CheckoutFixture f_;
};

TEST_F(ShopperTest, PayingMakesThePaymentThatTheTermsSay) {
  v1::CreateCheckoutSessionRequest request;
  v1::CheckoutTerms& terms = *request.mutable_terms();
  terms = terms_of({.currency = "EUR", .manual = true});
  terms.set_description("Two pots of tea");
  terms.set_reference("order 7");
  terms.set_statement_descriptor("TEA HOUSE");
  (*terms.mutable_metadata())["table"] = "4";
  const auto session = f_.try_create_session(request).value().session();
  ASSERT_TRUE(f_.pay(session.id()).ok());
  const auto payment = f_.payment_of(session.id());
  EXPECT_EQ(payment.status(), PAYMENT_STATUS_PROCESSING);
  EXPECT_EQ(payment.amount().minor(), 1'000);
  EXPECT_EQ(payment.amount().currency(), "EUR");
  EXPECT_EQ(payment.capture_method(), payments::v1::CAPTURE_METHOD_MANUAL);
  EXPECT_EQ(payment.description(), "Two pots of tea");
  EXPECT_EQ(payment.reference(), "order 7");
  EXPECT_EQ(payment.statement_descriptor(), "TEA HOUSE");
  EXPECT_EQ(payment.metadata().at("table"), "4");
  EXPECT_EQ(payment.return_url(), session.url()) << "the page itself";
  f_.answer(payments::authorized(1'000));
  EXPECT_EQ(f_.status(session.id()), v1::CHECKOUT_SESSION_STATUS_COMPLETED) << "authorized counts as paid";
}

TEST_F(ShopperTest, PayingAgainWhileItIsUnderWayStartsNothing) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  const std::string payment = f_.session(id).payment_id();
  EXPECT_TRUE(f_.pay(id, "tok_other").ok()) << "processing";
  f_.end(engine::v1::EFFECT_OUTCOME_UNKNOWN);
  EXPECT_TRUE(f_.pay(id, "tok_other").ok()) << "not known";
  f_.partition().advance(Duration::seconds(1));
  f_.answer(challenged());
  EXPECT_TRUE(f_.pay(id, "tok_other").ok()) << "the shopper must act";
  EXPECT_EQ(f_.session(id).payment_id(), payment);
  EXPECT_EQ(f_.payment_of(id).attempts_size(), 1);
  EXPECT_EQ(payments_made(), 1u);
}

TEST_F(ShopperTest, PayingWhatIsPaidStartsNothing) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(captured(1'000));
  ASSERT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_TRUE(f_.pay(id).ok());
  f_.partition().advance(session_lifetime_max);
  EXPECT_TRUE(f_.pay(id).ok()) << "also when its time is over";
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(f_.payment_of(id).attempts_size(), 1);
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(ShopperTest, AfterADeclineAnotherMethodIsTriedInTheSamePayment) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  const std::string payment = f_.session(id).payment_id();
  f_.answer(declined());
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_OPEN);
  ASSERT_TRUE(f_.pay(id, "tok_wallet").ok());
  EXPECT_EQ(f_.session(id).payment_id(), payment);
  EXPECT_EQ(f_.payment_of(id).attempts_size(), 2);
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(payments_made(), 1u);
}

TEST_F(ShopperTest, ARequestThatNeverLeftIsTriedAgainInTheSamePayment) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.end(engine::v1::EFFECT_OUTCOME_NOT_SENT);
  EXPECT_EQ(f_.payment_of(id).status(), payments::v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.payment_of(id).attempts_size(), 2);
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
}

TEST_F(ShopperTest, AMethodIsNeeded) {
  const std::string id = f_.create_session();
  EXPECT_EQ(reason(f_.pay(id, "")), "payment_method_required");
  EXPECT_EQ(f_.session(id).payment_id(), "") << "refused without a trace";
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(declined());
  EXPECT_EQ(reason(f_.pay(id, "")), "payment_method_required");
}

// ---- which methods ----

TEST_F(ShopperTest, OnlyWhatTheProviderTakesForTheCurrencyIsTaken) {
  const std::string dollars = f_.create_session();
  EXPECT_EQ(reason(f_.pay(dollars, "tok_upi")), "payment_method_not_offered");
  EXPECT_EQ(reason(f_.pay(dollars, "tok_bank_transfer")), "payment_method_not_offered");
  EXPECT_EQ(f_.session(dollars).payment_id(), "");
  EXPECT_EQ(reason(f_.pay(dollars, "tok_wallet")), "ok");
  const std::string rupees = f_.create_session({.currency = "INR"});
  EXPECT_EQ(reason(f_.pay(rupees, "tok_upi")), "ok");
  f_.answer(declined());
  f_.answer(declined());
  EXPECT_EQ(reason(f_.pay(dollars, "tok_upi")), "payment_method_not_offered") << "a second try is looked at too";
  EXPECT_EQ(f_.payment_of(dollars).attempts_size(), 1);
}

TEST_F(ShopperTest, TestTokensAreGoodInTheSandboxOnly) {
  const std::string id = f_.create_session({.tenant = f_.live});
  EXPECT_EQ(reason(f_.pay(id, "tok_success", {}, f_.live)), "payment_method_not_offered");
  EXPECT_EQ(reason(f_.pay(id, "tok_wallet", {}, f_.live)), "ok");
  EXPECT_EQ(reason(f_.pay(f_.create_session(), "tok_success")), "ok");
}

TEST_F(ShopperTest, WhatTheVaultAnswersCounts) {
  const std::string token = "tok_card_00000000000000000000000000000000";
  const std::string id = f_.create_session();
  EXPECT_EQ(reason(f_.pay(id, token)), "vault_missing");
  EXPECT_EQ(reason(f_.pay(id, token, Result<payments::VaultCard>(not_found("card_token_unknown", "Gone.")))),
            "card_token_unknown");
  EXPECT_EQ(f_.session(id).payment_id(), "");
  payments::VaultCard card{{}, id};
  card.card.set_brand("visa");
  card.card.set_bin("424242");
  card.card.set_last_four("4242");
  ASSERT_TRUE(f_.pay(id, token, Result<payments::VaultCard>(card)).ok());
  EXPECT_EQ(f_.payment_of(id).payment_method().card().last_four(), "4242");
  f_.answer(declined());
  EXPECT_EQ(reason(f_.pay(id, token)), "ok") << "the payment's own card, whatever the vault answers";
}

// ---- sessions that cannot be paid ----

TEST_F(ShopperTest, WhatIsNotOpenCannotBePaid) {
  const std::string canceled = f_.create_session();
  ASSERT_TRUE(f_.cancel_session(canceled).ok());
  const std::string expired = f_.create_session({.lifetime = lifetime_min});
  f_.partition().advance(lifetime_min);
  for (const auto& [id, why] : {std::pair{canceled, "was canceled"}, std::pair{expired, "has expired"}}) {
    const auto refused = f_.pay(id);
    EXPECT_EQ(reason(refused), "checkout_session_not_open");
    EXPECT_THAT(refused.error().message(), testing::HasSubstr(why));
    EXPECT_EQ(f_.session(id).payment_id(), "");
  }
}

TEST_F(ShopperTest, WhatWasPaidAndGivenBackCannotBePaidAgain) {
  const std::string id = f_.create_session({.manual = true});
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(payments::authorized(1'000));
  ASSERT_TRUE(f_.cancel(f_.session(id).payment_id()).ok());
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  const auto refused = f_.pay(id);
  EXPECT_EQ(reason(refused), "checkout_session_not_open");
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("was paid"));
}

TEST_F(ShopperTest, AnotherTenantsSessionIsNotThere) {
  const std::string id = f_.create_session();
  EXPECT_EQ(reason(f_.pay(id, "tok_success", {}, f_.other)), "checkout_session_not_found");
  EXPECT_EQ(reason(f_.leave(id, f_.other)), "checkout_session_not_found");
}

TEST_F(ShopperTest, TheTriesOfAPaymentAreAllThereAre) {
  const std::string id = f_.create_session();
  for (int i = 0; i < payments::attempts_max; ++i) {
    EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_OPEN) << i;
    ASSERT_TRUE(f_.pay(id).ok());
    f_.answer(declined());
  }
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_FAILED);
  EXPECT_EQ(f_.view(id).payment().tries_left(), 0);
  const auto refused = f_.pay(id);
  EXPECT_EQ(reason(refused), "checkout_session_not_open");
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("used up its tries"));
  EXPECT_EQ(reason(f_.cancel_session(id)), "checkout_session_not_open");
}

// ---- leaving what is asked ----

TEST_F(ShopperTest, LeavesAChallengeAndPaysOtherwise) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.leave(id).ok());
  ASSERT_TRUE(f_.leave(id).ok()) << "twice asks the provider once";
  ASSERT_EQ(f_.requests().size(), 1u);
  f_.answer(replied(PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(f_.payment_of(id).status(), PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_OPEN);
  ASSERT_TRUE(f_.pay(id, "tok_wallet").ok());
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
}

TEST_F(ShopperTest, LeavingTooLateIsHavingPaid) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(challenged());
  ASSERT_TRUE(f_.leave(id).ok());
  f_.answer(replied(PSP_STATUS_FAILED));
  f_.answer(captured(1'000));
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(f_.payment_of(id).status(), PAYMENT_STATUS_SUCCEEDED);
}

TEST_F(ShopperTest, WhereNothingIsAskedThereIsNothingToLeave) {
  const std::string id = f_.create_session();
  EXPECT_TRUE(f_.leave(id).ok()) << "no payment";
  ASSERT_TRUE(f_.pay(id).ok());
  EXPECT_TRUE(f_.leave(id).ok()) << "processing";
  EXPECT_EQ(f_.requests().size(), 1u);
  f_.answer(captured(1'000));
  EXPECT_TRUE(f_.leave(id).ok()) << "paid";
  EXPECT_TRUE(f_.requests().empty());
  EXPECT_EQ(f_.status(id), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
}

}  // namespace
}  // namespace florin::checkout
