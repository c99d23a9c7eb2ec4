#include "vault/client/vault_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace florin::vault {
namespace {

using Json = nlohmann::json;

constexpr Duration claim_timeout = Duration::seconds(5);
constexpr Duration connect_timeout = Duration::seconds(2);
// The vault's answer to a try must come before the try is given up here.
constexpr Duration answer_margin = Duration::milliseconds(250);
// A provider's answer in base64 with its headers.
constexpr std::size_t reply_bytes_max = 3 << 20;

std::string text_of(const Json& json, const char* name) {
  const bool has = json.is_object() && json.contains(name) && json[name].is_string();
  return has ? json[name].get<std::string>() : std::string();
}

std::uint32_t number_of(const Json& json, const char* name) {
  const bool has = json.is_object() && json.contains(name) && json[name].is_number_unsigned();
  return has ? json[name].get<std::uint32_t>() : 0;
}

Error vault_unavailable() {
  return unavailable("vault_unavailable",
                     "The vault that keeps the card could not be reached. Nothing was charged; try again in a moment.")
      .with_retry();
}

Result<cards::Summary> read_claim(const http::ClientOutcome& outcome) {
  if (outcome.delivery != http::Delivery::replied) return vault_unavailable();
  const Json json = Json::parse(outcome.reply.body, nullptr, false);
  if (outcome.reply.status == 200 && json.is_object() && json.contains("card")) {
    const Json& card = json["card"];
    return cards::Summary{.brand = text_of(card, "brand"),
                          .bin = text_of(card, "bin"),
                          .last_four = text_of(card, "last_four"),
                          .exp_month = number_of(card, "exp_month"),
                          .exp_year = number_of(card, "exp_year")};
  }
  const std::string reason = text_of(json, "reason");
  if (reason == "token_not_found") {
    return invalid_argument("payment_method_expired",
                            "The card is not kept any longer, or never was. Ask the shopper for it again.")
        .with_violation("payment_method.token", "must be a card token of the last hour");
  }
  if (reason == "token_used") {
    return failed_precondition("payment_method_used",
                               "This card token belongs to another payment. Ask the shopper for the card again.");
  }
  return vault_unavailable();
}

SendOutcome failed(http::Delivery delivery, std::string detail) {
  return {.delivery = delivery, .detail = std::move(detail)};
}

// The provider's answer inside the vault's. Nothing where it cannot be read.
std::optional<http::Reply> read_reply(const Json& json) {
  auto body = parse_base64(text_of(json, "body"));
  http::Reply reply{.status = static_cast<int>(number_of(json, "status")), .headers = {}, .body = {}};
  if (!body || reply.status < 100 || !json.contains("headers") || !json["headers"].is_array()) return std::nullopt;
  reply.body = std::move(*body);
  for (const Json& pair : json["headers"]) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) return std::nullopt;
    reply.headers.add(pair[0].get<std::string>(), pair[1].get<std::string>());
  }
  return reply;
}

// Only what the vault says in so many words is a proof; its silence, and an answer of anybody else, is none.
SendOutcome read_send(const http::ClientOutcome& outcome) {
  if (outcome.delivery == http::Delivery::not_sent) {
    SendOutcome unreached = failed(outcome.delivery, "The vault could not be reached.");
    unreached.vault_failed = true;
    return unreached;
  }
  if (outcome.delivery != http::Delivery::replied) {
    return failed(outcome.delivery, "The vault did not answer, and may have sent the request.");
  }
  const Json json = Json::parse(outcome.reply.body, nullptr, false);
  if (outcome.reply.status == 200) {
    auto reply = json.is_object() ? read_reply(json) : std::nullopt;
    if (!reply) return failed(http::Delivery::unknown, "The vault's answer could not be read.");
    return {.delivery = http::Delivery::replied, .reply = std::move(*reply)};
  }
  if (text_of(json, "delivery") != "not_sent") {
    return failed(http::Delivery::unknown, "The vault sent the request and has no answer that it can pass on.");
  }
  SendOutcome refused =
      failed(http::Delivery::not_sent, "The vault did not send the request: " + text_of(json, "reason"));
  // A vault that is busy or a provider that is down may work in a moment; everything else stays as it is.
  const std::string code = text_of(json, "code");
  refused.permanent = code != "unavailable" && code != "resource_exhausted";
  refused.vault_failed = code == "resource_exhausted";
  return refused;
}

}  // namespace

VaultClient::VaultClient(http::Client& client, std::string base_url, std::string secret)
    : client_(client), base_url_(std::move(base_url)), secret_(std::move(secret)) {}

http::ClientRequest VaultClient::post(std::string_view path, std::string body) const {
  http::ClientRequest request{
      .method = "POST", .url = base_url_ + std::string(path), .headers = {}, .body = std::move(body)};
  request.headers.add("authorization", "Bearer " + secret_);
  request.headers.add("content-type", "application/json");
  request.connect_timeout = connect_timeout;
  request.reply_bytes_max = reply_bytes_max;
  return request;
}

Task<Result<cards::Summary>> VaultClient::claim(ClaimRequest request, Executor& executor) {
  const Json body = {{"token", request.token}, {"tenant_id", request.tenant_id}, {"claimant", request.claimant}};
  http::ClientRequest sent = post("/v1/claims", body.dump());
  sent.total_timeout = claim_timeout;
  const auto outcome = co_await client_.send(std::move(sent), executor);
  co_return read_claim(outcome);
}

void VaultClient::send(SendRequest request, Duration timeout, SendDone done) {
  const Duration provider_timeout = std::max(timeout - answer_margin, Duration::milliseconds(1));
  Json body = {{"token", request.token},
               {"claimant", request.claimant},
               {"method", request.method},
               {"url", request.url},
               {"headers", Json::array()},
               {"body", base64(request.body)},
               {"timeout_ms", provider_timeout.to_milliseconds()}};
  for (const auto& [name, value] : request.headers.fields()) body["headers"].push_back({name, value});
  http::ClientRequest sent = post("/v1/forward", body.dump(-1, ' ', false, Json::error_handler_t::replace));
  sent.connect_timeout = std::min(sent.connect_timeout, timeout);
  sent.total_timeout = timeout;
  client_.send(std::move(sent),
               [done = std::move(done)](const http::ClientOutcome& outcome) mutable { done(read_send(outcome)); });
}

}  // namespace florin::vault
