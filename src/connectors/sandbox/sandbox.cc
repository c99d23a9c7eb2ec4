#include "connectors/sandbox/sandbox.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "connectors/sandbox/answer.h"
#include "connectors/sandbox/declines.h"
#include "crypto/hash.h"

namespace florin::connectors::sandbox {
namespace {

// The sandbox keeps its keys for ever; a day is what it promises.
constexpr Duration key_kept = Duration::days(1);
// The sandbox handles a request when it arrives and never later, and no socket holds one this long.
constexpr Duration absence_after = Duration::seconds(5);
constexpr Duration webhook_tolerance = Duration::minutes(5);
constexpr std::size_t descriptor_bytes_max = 22;

constexpr OperationRules operations[] = {
    {v1::PSP_OPERATION_AUTHORIZE, key_kept}, {v1::PSP_OPERATION_CAPTURE, key_kept},
    {v1::PSP_OPERATION_VOID, key_kept},      {v1::PSP_OPERATION_REFUND, key_kept},
    {v1::PSP_OPERATION_READ_PAYMENT, {}},    {v1::PSP_OPERATION_READ_OPERATION, {}},
};

constexpr std::string_view upi_currencies[] = {"INR"};
constexpr std::string_view bank_transfer_currencies[] = {"EUR", "GBP", "INR", "USD"};
constexpr std::string_view instalment_currencies[] = {"EUR", "GBP", "USD"};
constexpr MethodRules methods[] = {
    {payments::v1::PAYMENT_METHOD_KIND_CARD, {}},
    {payments::v1::PAYMENT_METHOD_KIND_WALLET, {}},
    {payments::v1::PAYMENT_METHOD_KIND_UPI, upi_currencies},
    {payments::v1::PAYMENT_METHOD_KIND_BANK_TRANSFER, bank_transfer_currencies},
    {payments::v1::PAYMENT_METHOD_KIND_BUY_NOW_PAY_LATER, instalment_currencies},
};

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string authorize_body(const v1::PspRequest& request, const Account& account) {
  nlohmann::ordered_json body{
      {"reference", request.reference()},
      {"amount", request.amount_minor()},
      {"currency", request.currency()},
      {"capture", request.capture()},
  };
  if (request.vault_claimant().empty()) {
    body["payment_method"] = request.payment_method_token();
  } else {
    body["card"] = {{"number", "{{card.number}}"},
                    {"exp_month", "{{card.exp_month}}"},
                    {"exp_year", "{{card.exp_year}}"},
                    {"cvc", "{{card.cvc}}"}};
  }
  if (!request.return_url().empty()) body["return_url"] = absolute_return_url(request, account);
  if (!request.statement_descriptor().empty()) {
    body["descriptor"] = request.statement_descriptor().substr(0, descriptor_bytes_max);
  }
  return dump(body);
}

std::string path_of(const v1::PspRequest& request) {
  const std::string payment = "/v1/payments/" + percent_encode(request.psp_reference());
  switch (request.operation()) {
    case v1::PSP_OPERATION_AUTHORIZE:
      return "/v1/payments";
    case v1::PSP_OPERATION_CAPTURE:
      return payment + "/capture";
    case v1::PSP_OPERATION_VOID:
      return payment + "/void";
    case v1::PSP_OPERATION_REFUND:
      return payment + "/refund";
    case v1::PSP_OPERATION_READ_OPERATION:
      return "/v1/operations?idempotency_key=" + percent_encode(request.read_idempotency_key());
    default:
      return request.psp_reference().empty()
                 ? "/v1/payments?idempotency_key=" + percent_encode(request.idempotency_key())
                 : payment;
  }
}

struct Signature {
  std::int64_t seconds = 0;
  std::vector<std::string_view> macs;  // several while the secret is being changed
};

std::optional<Signature> parse_signature(std::string_view header) {
  Signature signature;
  bool has_time = false;
  while (!header.empty()) {
    const std::string_view item = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), item.size() + 1));
    if (item.starts_with("t=")) {
      const std::string_view digits = item.substr(2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), signature.seconds);
      if (has_time || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
      // Far beyond any date, and far from overflow when counted in microseconds.
      if (signature.seconds < 0 || signature.seconds > 1'000'000'000'000) return std::nullopt;
      has_time = true;
    } else if (item.starts_with("v1=")) {
      signature.macs.push_back(item.substr(3));
    }
  }
  if (!has_time || signature.macs.empty() || signature.macs.size() > 8) return std::nullopt;
  return signature;
}

std::string mac_of(std::string_view secret, std::int64_t seconds, std::string_view body) {
  return hex(crypto::as_bytes(crypto::hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

class SandboxConnector final : public Connector {
 public:
  const Capabilities& capabilities() const override { return capabilities_; }

  std::optional<int> unit_exponent(const Currency& currency) const override { return currency.exponent(); }

  Result<PspHttpRequest> build(const v1::PspRequest& request, const Account& account) const override {
    RETURN_IF_ERROR(check_request(*this, request));
    PspHttpRequest http;
    http.url = account.base_url + path_of(request);
    http.headers.add("authorization", "Bearer " + account.api_key);
    http.headers.add("accept", "application/json");
    if (request.operation() == v1::PSP_OPERATION_READ_PAYMENT ||
        request.operation() == v1::PSP_OPERATION_READ_OPERATION) {
      http.method = "GET";
      return http;
    }
    http.method = "POST";
    http.headers.add("content-type", "application/json");
    http.headers.add("idempotency-key", request.idempotency_key());
    if (request.operation() == v1::PSP_OPERATION_AUTHORIZE) {
      http.body = authorize_body(request, account);
      if (!request.vault_claimant().empty()) {
        http.vault_token = request.payment_method_token();
        http.vault_claimant = request.vault_claimant();
      }
    } else if (request.operation() == v1::PSP_OPERATION_VOID) {
      http.body = "{}";
    } else {
      http.body = dump({{"amount", request.amount_minor()}, {"currency", request.currency()}});
    }
    return http;
  }

  v1::PspReply read(const v1::PspRequest& request, const PspHttpReply& answer) const override {
    return read_answer(capabilities_, request, answer);
  }

  Result<v1::PspWebhook> read_webhook(const WebhookRequest& webhook, const Account& account,
                                      Timestamp now) const override {
    const auto header = webhook.headers.get(signature_header);
    const auto signature = header ? parse_signature(*header) : std::nullopt;
    // An account without a secret takes no webhooks: everybody knows the key "".
    if (!signature || account.webhook_secret.empty()) return webhook_signature_invalid();
    const std::string expected = mac_of(account.webhook_secret, signature->seconds, webhook.body);
    bool genuine = false;
    for (const std::string_view mac : signature->macs) genuine |= crypto::constant_time_equal(mac, expected);
    if (!genuine) return webhook_signature_invalid();
    const Duration age = now - Timestamp{signature->seconds * 1'000'000};
    if (age > webhook_tolerance || age < Duration{} - webhook_tolerance) return webhook_expired();
    return read_event(capabilities_, webhook.body);
  }

 private:
  const Capabilities capabilities_{
      .name = "sandbox",
      .operations = operations,
      .absence = {.provable = true, .after = absence_after},
      .webhook_signature = WebhookSignature::hmac_sha256_of_time_and_body,
      .webhook_tolerance = webhook_tolerance,
      .methods = methods,
      .declines = decline_rules(),
  };
};

}  // namespace

std::unique_ptr<const Connector> make_connector() {
  return std::make_unique<SandboxConnector>();
}

std::string sign_webhook(std::string_view secret, std::string_view body, Timestamp now) {
  const std::int64_t seconds = now.micros / 1'000'000;
  return fmt::format("t={},v1={}", seconds, mac_of(secret, seconds, body));
}

}  // namespace florin::connectors::sandbox
