// What shoppers see, and what they must not.
#include <gmock/gmock.h>

#include "checkout/limits.h"
#include "checkout/testing/checkout_fixture.h"
#include "contracts/convert.h"
#include "payments/limits.h"

namespace florin::checkout {
namespace {

using namespace connectors::v1;
using namespace common::v1;
using payments::captured;
using payments::challenged;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ViewTest : public testing::Test {
 protected:
  static PspReply declined_with(FailureCode code, FailureActor actor, bool retryable) {
    PspReply reply = payments::declined(false);
    PaymentFailure& failure = *reply.mutable_failure();
    failure.set_code(code);
    failure.set_actor(actor);
    failure.set_retryable(retryable);
    failure.set_message("merchant's eyes only");
    failure.set_psp_code("psp_code_43");
    return reply;
  }
  // What the shopper sees of a try that ended so.
  v1::CheckoutPayment after(const PspReply& reply) {
    const std::string id = f_.create_session();
    EXPECT_TRUE(f_.pay(id).ok());
    f_.answer(reply);
    return f_.view(id).payment();
  }
  std::vector<std::string> offers(const v1::Checkout& checkout) {
    std::vector<std::string> offers;
    for (const auto& method : checkout.methods()) {
      offers.push_back(payments::v1::PaymentMethodKind_Name(method.kind()).substr(20) + ":" + method.token());
    }
    return offers;
  }

  CheckoutFixture f_;
};

TEST_F(ViewTest, ShowsWhatIsBought) {
  v1::CreateCheckoutSessionRequest request;
  v1::CheckoutTerms& terms = *request.mutable_terms();
  terms = terms_of({.amount_minor = 300, .currency = "EUR"});
  terms.set_description("Tea for two");
  terms.set_reference("order 7");
  terms.set_success_url("https://shop.test/thanks");
  terms.set_cancel_url("https://shop.test/cart");
  terms.set_locale("de");
  (*terms.mutable_metadata())["note"] = "merchant's eyes only";
  const auto session = f_.try_create_session(request).value().session();
  const v1::Checkout seen = f_.view(session.id());
  EXPECT_EQ(seen.session_id(), session.id());
  EXPECT_EQ(seen.status(), v1::CHECKOUT_SESSION_STATUS_OPEN);
  EXPECT_EQ(seen.merchant_name(), "Tea House");
  EXPECT_TRUE(seen.sandbox());
  EXPECT_EQ(seen.amount().minor(), 300);
  EXPECT_EQ(seen.line_items(0).name(), "Tea");
  EXPECT_EQ(seen.description(), "Tea for two");
  EXPECT_EQ(seen.reference(), "order 7");
  EXPECT_EQ(seen.success_url(), "https://shop.test/thanks");
  EXPECT_EQ(seen.cancel_url(), "https://shop.test/cart");
  EXPECT_EQ(seen.locale(), "de");
  EXPECT_EQ(seen.card_form_url(), "https://vault.test/card-form/v1/");
  EXPECT_FALSE(seen.has_payment());
  EXPECT_EQ(seen.expires_in().seconds(), session_lifetime_default.to_seconds());
  EXPECT_THAT(seen.SerializeAsString(), Not(HasSubstr("eyes only")));
  EXPECT_THAT(seen.SerializeAsString(), Not(HasSubstr(secret_in(session.url()))));
  EXPECT_FALSE(f_.view(f_.create_session({.tenant = f_.live}), f_.live).sandbox());
}

TEST_F(ViewTest, OffersCardsFirstAndOnlyWhatTheCurrencyAllows) {
  EXPECT_THAT(offers(f_.view(f_.create_session())), testing::ElementsAre("CARD:", "WALLET:tok_wallet"));
  EXPECT_THAT(offers(f_.view(f_.create_session({.currency = "INR"}))),
              testing::ElementsAre("CARD:", "WALLET:tok_wallet", "UPI:tok_upi"));
}

TEST_F(ViewTest, OffersNoCardsWithoutACardForm) {
  const std::string id = f_.create_session();
  const Settings without{f_.settings(), {}};
  const Scope scope{f_.state(), without, f_.tenant, f_.partition().now()};
  const auto seen = view_checkout(scope, SessionId::parse(id).value()).value();
  EXPECT_THAT(offers(seen), testing::ElementsAre("WALLET:tok_wallet"));
  EXPECT_EQ(seen.card_form_url(), "");
}

TEST_F(ViewTest, OffersNothingOnceTheSessionHasEnded) {
  const std::string id = f_.create_session();
  ASSERT_TRUE(f_.pay(id).ok());
  f_.answer(captured(1'000));
  const auto seen = f_.view(id);
  EXPECT_THAT(offers(seen), IsEmpty());
  EXPECT_EQ(seen.status(), v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(seen.payment().status(), payments::v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(seen.payment().payment_id(), f_.session(id).payment_id());
}

TEST_F(ViewTest, TimeRunsDownToNothing) {
  const std::string id = f_.create_session({.lifetime = lifetime_min});
  f_.partition().advance(Duration::seconds(60));
  EXPECT_EQ(f_.view(id).expires_in().seconds(), 240);
  ASSERT_TRUE(f_.pay(id).ok());
  f_.partition().advance(Duration::hours(1));
  EXPECT_EQ(f_.view(id).status(), v1::CHECKOUT_SESSION_STATUS_OPEN) << "its payment is under way";
  EXPECT_EQ(f_.view(id).expires_in().seconds(), 0);
}

TEST_F(ViewTest, ShowsWhatTheShopperMustDo) {
  const auto shown = after(challenged());
  EXPECT_EQ(shown.status(), payments::v1::PAYMENT_STATUS_REQUIRES_ACTION);
  EXPECT_EQ(shown.action().redirect_url(), "https://bank.test/check");
  EXPECT_FALSE(shown.has_failure());
  EXPECT_EQ(shown.tries_left(), payments::attempts_max - 1);
}

TEST_F(ViewTest, SaysWhyATryDidNotSucceed) {
  const auto shown = after(declined_with(FAILURE_CODE_INSUFFICIENT_FUNDS, FAILURE_ACTOR_SHOPPER, true));
  EXPECT_EQ(shown.status(), payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  EXPECT_EQ(shown.failure().code(), FAILURE_CODE_INSUFFICIENT_FUNDS);
  EXPECT_EQ(shown.failure().actor(), FAILURE_ACTOR_SHOPPER);
  EXPECT_TRUE(shown.failure().retryable());
  EXPECT_FALSE(shown.has_action());
}

// A thief must not learn that the card is known to be stolen.
TEST_F(ViewTest, DelicateReasonsLookLikeAnyRefusal) {
  const auto plain = after(declined_with(FAILURE_CODE_DO_NOT_HONOR, FAILURE_ACTOR_SHOPPER, true));
  EXPECT_EQ(plain.failure().code(), FAILURE_CODE_DO_NOT_HONOR);
  for (const auto code : {FAILURE_CODE_FRAUD_SUSPECTED, FAILURE_CODE_LOST_OR_STOLEN}) {
    for (const auto actor : {FAILURE_ACTOR_SHOPPER, FAILURE_ACTOR_PROVIDER, FAILURE_ACTOR_MERCHANT}) {
      for (const bool retryable : {false, true}) {
        const auto shown = after(declined_with(code, actor, retryable));
        EXPECT_EQ(shown.failure().SerializeAsString(), plain.failure().SerializeAsString())
            << FailureCode_Name(code) << " " << actor << " " << retryable;
      }
    }
  }
}

TEST_F(ViewTest, NoMessageNoCodeOfTheProviderAndNoBinAreShown) {
  for (int code = FailureCode_MIN; code <= FailureCode_MAX; ++code) {
    if (!FailureCode_IsValid(code)) continue;
    const auto shown = after(declined_with(static_cast<FailureCode>(code), FAILURE_ACTOR_SHOPPER, false));
    EXPECT_EQ(shown.failure().message(), "");
    EXPECT_EQ(shown.failure().psp_code(), "");
    EXPECT_THAT(shown.SerializeAsString(), Not(HasSubstr("eyes only")));
    EXPECT_THAT(shown.SerializeAsString(), Not(HasSubstr("psp_code_43")));
  }
  const std::string id = f_.create_session();
  payments::VaultCard card{{}, id};
  card.card.set_brand("visa");
  card.card.set_bin("424242");
  card.card.set_last_four("4242");
  card.card.set_exp_year(2030);
  ASSERT_TRUE(
      f_.pay(id, "tok_card_00000000000000000000000000000000", Result<payments::VaultCard>(std::move(card))).ok());
  const auto shown = f_.view(id).payment();
  EXPECT_EQ(shown.card().brand(), "visa");
  EXPECT_EQ(shown.card().last_four(), "4242");
  EXPECT_EQ(shown.card().bin(), "");
  EXPECT_EQ(shown.card().exp_year(), 0);
  EXPECT_EQ(shown.method_kind(), payments::v1::PAYMENT_METHOD_KIND_CARD);
}

}  // namespace
}  // namespace florin::checkout
