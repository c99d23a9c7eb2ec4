// Method: how an attempt pays.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/rows.h"

namespace florin::payments {

struct Method {
  std::string token{};  // empty for none
  // Only for a card in the vault: what may be known of it, and for whom its token was claimed there.
  v1::PaymentMethodCard card{};
  std::string vault_claimant{};
};

// A card whose token the vault gave to a claimant.
struct VaultCard {
  v1::PaymentMethodCard card;
  std::string claimant;
};

// What the vault answered when the request's token was claimed, before the command; nothing where it was not asked: the
// token stands for no card, or there is no vault.
using VaultAnswer = std::optional<Result<VaultCard>>;

// The method of this token. Errors: vault_missing, and those of the vault's answer.
Result<Method> method_of(const std::string& token, const VaultAnswer& answer);

// The method that the payment has; its token is empty for none.
Method method_of(const PaymentRow& row);

}  // namespace florin::payments
