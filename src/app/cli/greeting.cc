#include "app/cli/greeting.h"

#include <fmt/format.h>

namespace florin::app {

std::string greeting(const Endpoints& endpoints, const std::string& data_directory) {
  return fmt::format(
      R"text(
Florin is ready.

  API            {api}
  sandbox PSP    {psp}
  secret key     {key}
  platform key   {platform}
  all of it      {file}

Paste these three, one after the other:

  # 1. Create a payment and confirm it.
  PAYMENT=$(curl -s {api}/florin.payments.v1.PaymentService/CreatePayment -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -H "Idempotency-Key: try-$(date +%s)" -d '{{"amount":{{"currency":"USD","minor":"1250"}},"paymentMethod":{{"token":"tok_success"}},"confirm":true}}' | tee /dev/stderr | grep -o 'pay_[0-9a-z]*' | head -n 1)

  # 2. Read it with its timeline.
  curl -s {api}/florin.payments.v1.PaymentService/GetPayment -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d "{{\"paymentId\":\"$PAYMENT\"}}"

  # 3. See the ledger accounts it moved.
  curl -s {api}/florin.ledger.v1.LedgerService/GetTrialBalance -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{}}'

Other test payment methods (tok_challenge, tok_decline_insufficient_funds, tok_timeout_after, ...): docs/sandbox.md.
Thousands of payments and the tie-out: build/release/bin/florin demo --payments 1000. Stop with Ctrl-C.
)text",
      fmt::arg("api", endpoints.api), fmt::arg("psp", endpoints.sandbox_psp), fmt::arg("key", endpoints.secret_key),
      fmt::arg("platform", endpoints.platform_key), fmt::arg("file", endpoints_path(data_directory)));
}

}  // namespace florin::app
