// CardClaims: makes sure that a request's card token belongs to the payment it is given for, before the command.
#pragma once

#include "base/random.h"
#include "base/task.h"
#include "payments/method.h"
#include "rpc/context.h"
#include "vault/client/vault_client.h"

namespace florin::api {

class CardClaims {
 public:
  // `vault` is null where there is none. Both must outlive it.
  CardClaims(vault::VaultClient* vault, Random& random) : vault_(vault), random_(random) {}

  // For a payment that is to be made. The same request under the same idempotency key claims for the same claimant, so
  // that it may be repeated.
  Task<payments::VaultAnswer> for_new_payment(rpc::Context& context, TenantId tenant, const std::string& token) const;
  // For a payment that exists.
  Task<payments::VaultAnswer> for_payment(rpc::Context& context, TenantId tenant, const std::string& token,
                                          const std::string& payment_id) const;

 private:
  Task<payments::VaultAnswer> claim(rpc::Context& context, vault::ClaimRequest request) const;

  vault::VaultClient* vault_;
  Random& random_;
};

}  // namespace florin::api
