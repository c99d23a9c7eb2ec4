#include "payments/method.h"

#include "cards/token.h"

namespace florin::payments {

Result<Method> method_of(const std::string& token, const VaultAnswer& answer) {
  if (!cards::is_card_token(token)) return Method{.token = token};
  if (!answer) {
    return failed_precondition("vault_missing",
                               "This platform keeps no cards: no vault is configured. Pay by another method.");
  }
  if (!answer->ok()) return answer->error();
  const VaultCard& claimed = **answer;
  return Method{token, claimed.card, claimed.claimant};
}

Method method_of(const PaymentRow& row) {
  const v1::PaymentMethod& method = row.payment().payment_method();
  return {method.token(), method.card(), row.vault_claimant()};
}

}  // namespace florin::payments
