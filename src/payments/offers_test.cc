#include "payments/offers.h"

#include <gmock/gmock.h>

#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(OffersTest, EachKindButCardsHasItsToken) {
  EXPECT_EQ(token_of_kind(v1::PAYMENT_METHOD_KIND_UPI), "tok_upi");
  EXPECT_EQ(token_of_kind(v1::PAYMENT_METHOD_KIND_CARD), "");
  EXPECT_EQ(token_of_kind(v1::PAYMENT_METHOD_KIND_UNSPECIFIED), "");
  EXPECT_EQ(kind_of_token("tok_card_0123456789"), v1::PAYMENT_METHOD_KIND_CARD);
  for (const char* token : {"tok_success", "tok_upi2", "tok_UPI", ""}) {
    EXPECT_EQ(kind_of_token(token), v1::PAYMENT_METHOD_KIND_UNSPECIFIED) << token;
  }
  for (int number = v1::PaymentMethodKind_MIN + 2; number <= v1::PaymentMethodKind_MAX; ++number) {
    const auto kind = static_cast<v1::PaymentMethodKind>(number);
    EXPECT_EQ(kind_of_token(token_of_kind(kind)), kind) << "a new kind needs its token";
  }
}

TEST(OffersTest, ATenantOffersWhatItsProviderTakesForTheCurrencyCardsFirst) {
  PaymentsFixture f(Settings{.public_base_url = {}, .provider_rules = [](std::string_view connector) {
                               ProviderRules rules;
                               if (connector != "sandbox") return rules;
                               rules.methods = {{v1::PAYMENT_METHOD_KIND_WALLET, {}},
                                                {v1::PAYMENT_METHOD_KIND_UPI, {"INR"}},
                                                {v1::PAYMENT_METHOD_KIND_CARD, {}}};
                               return rules;
                             }});
  const auto offered = [&](TenantId tenant, std::string_view currency) {
    return offered_methods(f.state(), f.settings(), tenant, currency);
  };
  EXPECT_THAT(offered(f.tenant, "EUR"), ElementsAre(v1::PAYMENT_METHOD_KIND_CARD, v1::PAYMENT_METHOD_KIND_WALLET));
  EXPECT_THAT(offered(f.tenant, "INR"),
              ElementsAre(v1::PAYMENT_METHOD_KIND_CARD, v1::PAYMENT_METHOD_KIND_WALLET, v1::PAYMENT_METHOD_KIND_UPI));
  EXPECT_THAT(offered(TenantId{Position::of(1, 1, 99)}, "INR"), IsEmpty()) << "no account is connected";
}

}  // namespace
}  // namespace florin::payments
