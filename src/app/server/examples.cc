#include "app/server/examples.h"

#include <fmt/format.h>

namespace florin::app {
namespace {

std::string call(const Endpoints& endpoints, std::string_view method) {
  return fmt::format("curl -s {}/florin.{} -H 'Authorization: Bearer {}' -H 'Content-Type: application/json'",
                     endpoints.api, method, endpoints.secret_key);
}

}  // namespace

std::vector<Example> curl_examples(const Endpoints& endpoints) {
  const std::string create =
      call(endpoints, "payments.v1.PaymentService/CreatePayment") +
      R"sh( -H "Idempotency-Key: try-$(date +%s)" -d '{"amount":{"currency":"USD","minor":"1250"},)sh"
      R"sh("paymentMethod":{"token":"tok_success"},"confirm":true}' | tee /dev/stderr)sh"
      R"sh( | grep -o 'pay_[0-9a-z]*' | head -n 1)sh";
  const std::string read =
      call(endpoints, "payments.v1.PaymentService/GetPayment") + R"sh( -d "{\"paymentId\":\"$PAYMENT\"}")sh";
  const std::string balance = call(endpoints, "ledger.v1.LedgerService/GetTrialBalance") + " -d '{}'";
  return {
      {"Create a payment and confirm it.", "PAYMENT=$(" + create + ")"},
      {"Read it with its timeline.", read},
      {"See the ledger accounts it moved.", balance},
  };
}

}  // namespace florin::app
