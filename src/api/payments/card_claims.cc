#include "api/payments/card_claims.h"

#include "api/common/submit.h"
#include "base/encoding.h"
#include "cards/token.h"
#include "crypto/hash.h"

namespace florin::api {
namespace {

constexpr std::size_t claimant_bytes = 16;

std::string claimant_of_new(rpc::Context& context, TenantId tenant, Random& random) {
  const auto key = context.request_headers().get(idempotency_header);
  if (!key) return "new_" + base32_crockford(random.bytes(claimant_bytes));
  const auto digest = crypto::sha256({tenant.to_string(), "\n", context.spec().procedure, "\n", *key});
  return "new_" + base32_crockford(crypto::as_bytes(digest).substr(0, claimant_bytes));
}

payments::VaultAnswer answer_of(Result<cards::Summary> card, std::string claimant) {
  if (!card.ok()) return Result<payments::VaultCard>(std::move(card).error());
  payments::VaultCard claimed{.card = {}, .claimant = std::move(claimant)};
  claimed.card.set_brand(card->brand);
  claimed.card.set_bin(card->bin);
  claimed.card.set_last_four(card->last_four);
  claimed.card.set_exp_month(static_cast<std::int32_t>(card->exp_month));
  claimed.card.set_exp_year(static_cast<std::int32_t>(card->exp_year));
  return Result<payments::VaultCard>(std::move(claimed));
}

}  // namespace

Task<payments::VaultAnswer> CardClaims::for_new_payment(rpc::Context& context, TenantId tenant,
                                                        const std::string& token) const {
  co_return co_await claim(context, {token, tenant.to_string(), claimant_of_new(context, tenant, random_)});
}

Task<payments::VaultAnswer> CardClaims::for_payment(rpc::Context& context, TenantId tenant, const std::string& token,
                                                    const std::string& payment_id) const {
  co_return co_await claim(context, {token, tenant.to_string(), payment_id});
}

Task<payments::VaultAnswer> CardClaims::claim(rpc::Context& context, vault::ClaimRequest request) const {
  if (vault_ == nullptr || !cards::is_card_token(request.token)) co_return payments::VaultAnswer();
  std::string claimant = request.claimant;
  auto card = co_await vault_->claim(std::move(request), context.executor());
  co_return answer_of(std::move(card), std::move(claimant));
}

}  // namespace florin::api
