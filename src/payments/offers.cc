#include "payments/offers.h"

#include <algorithm>
#include <array>

#include "cards/token.h"
#include "payments/routing.h"

namespace florin::payments {
namespace {

struct FixedToken {
  v1::PaymentMethodKind kind;
  std::string_view token;
};

constexpr std::array fixed_tokens = {
    FixedToken{v1::PAYMENT_METHOD_KIND_WALLET, "tok_wallet"},
    FixedToken{v1::PAYMENT_METHOD_KIND_UPI, "tok_upi"},
    FixedToken{v1::PAYMENT_METHOD_KIND_BANK_TRANSFER, "tok_bank_transfer"},
    FixedToken{v1::PAYMENT_METHOD_KIND_BUY_NOW_PAY_LATER, "tok_buy_now_pay_later"},
};

bool takes(const ProviderMethod& method, std::string_view currency) {
  return method.currencies.empty() || std::ranges::find(method.currencies, currency) != method.currencies.end();
}

}  // namespace

v1::PaymentMethodKind kind_of_token(std::string_view token) {
  if (cards::is_card_token(token)) return v1::PAYMENT_METHOD_KIND_CARD;
  const auto found = std::ranges::find(fixed_tokens, token, &FixedToken::token);
  return found == fixed_tokens.end() ? v1::PAYMENT_METHOD_KIND_UNSPECIFIED : found->kind;
}

std::string_view token_of_kind(v1::PaymentMethodKind kind) {
  const auto found = std::ranges::find(fixed_tokens, kind, &FixedToken::kind);
  return found == fixed_tokens.end() ? std::string_view() : found->token;
}

std::vector<v1::PaymentMethodKind> offered_methods(const store::Reader& reader, const Settings& settings,
                                                   TenantId tenant, std::string_view currency) {
  std::vector<v1::PaymentMethodKind> offered;
  const auto route = choose_route(reader, tenant);
  if (!route.ok()) return offered;
  for (const ProviderMethod& method : settings.provider_rules(route->connector).methods) {
    if (takes(method, currency)) offered.push_back(method.kind);
  }
  const auto card = std::ranges::find(offered, v1::PAYMENT_METHOD_KIND_CARD);
  if (card != offered.end()) std::rotate(offered.begin(), card, card + 1);
  return offered;
}

}  // namespace florin::payments
