#include "vault/private_door.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "vault/answers.h"
#include "vault/fields.h"
#include "vault/limits.h"

namespace florin::vault {
namespace {

constexpr std::string_view not_sent = "not_sent";
constexpr std::string_view unknown = "unknown";

Result<Claim> read_claim(std::string_view body) {
  Fields fields(body);
  fields.only({"token", "tenant_id", "claimant"});
  Claim claim;
  fields.text("token", claim.token);
  fields.text("tenant_id", claim.tenant_id);
  fields.text("claimant", claim.claimant);
  const auto is_id = [](std::string_view text) { return !text.empty() && text.size() <= claimant_bytes_max; };
  fields.need(is_id(claim.token), "token", "is required");
  fields.need(is_id(claim.tenant_id), "tenant_id", "must be an id of at most 100 bytes");
  fields.need(is_id(claim.claimant), "claimant", "must be an id of at most 100 bytes");
  RETURN_IF_ERROR(fields.result("claim_invalid", "The claim is not complete."));
  return claim;
}

std::string card_json(const cards::Summary& card) {
  const nlohmann::ordered_json json = {{"card",
                                        {{"brand", card.brand},
                                         {"bin", card.bin},
                                         {"last_four", card.last_four},
                                         {"exp_month", card.exp_month},
                                         {"exp_year", card.exp_year}}}};
  return json.dump();
}

std::string reply_json(const http::Reply& reply) {
  nlohmann::ordered_json json = {{"status", reply.status}, {"headers", nlohmann::json::array()}};
  for (const auto& [name, value] : reply.headers.fields()) json["headers"].push_back({name, value});
  json["body"] = base64(reply.body);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// JSON, whole, and not longer than that.
Task<Result<std::string>> read_json(http::Exchange& exchange, std::size_t bytes_max) {
  if (!is_json(exchange.request())) co_return not_json();
  co_return co_await http::read_whole_body(exchange, bytes_max);
}

}  // namespace

Status PrivateDoor::check_secret(const http::RequestHead& request) const {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request.headers.get("authorization").value_or("");
  const bool is_right = given.starts_with(scheme) && !parts_.secret.empty() &&
                        crypto::constant_time_equal(given.substr(scheme.size()), parts_.secret);
  if (is_right) return ok();
  return Error(Code::unauthenticated, ErrorDomain::permission, "vault_secret_wrong",
               "Send the vault's secret as a Bearer token.");
}

Task<Unit> PrivateDoor::serve(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  if (request.method == "GET" && request.path == "/livez") {
    co_return co_await answer_json(exchange, R"({"status":"ok"})");
  }
  const bool is_forward = request.path == "/v1/forward";
  if (request.method != "POST" || (!is_forward && request.path != "/v1/claims")) {
    co_return co_await answer_error(exchange, not_found("no_such_path", "There is nothing at this path."), not_sent);
  }
  if (auto allowed = check_secret(request); !allowed.ok()) {
    co_return co_await answer_error(exchange, std::move(allowed).error(), not_sent);
  }
  if (is_forward) co_return co_await serve_forward(exchange);
  co_return co_await serve_claim(exchange);
}

Task<Unit> PrivateDoor::serve_claim(http::Exchange& exchange) {
  auto body = co_await read_json(exchange, claim_body_bytes_max);
  if (!body.ok()) co_return co_await answer_error(exchange, std::move(body).error());
  auto claim = read_claim(*body);
  if (!claim.ok()) co_return co_await answer_error(exchange, std::move(claim).error());
  auto card = co_await parts_.store.claim(std::move(*claim), exchange.executor());
  if (!card.ok()) co_return co_await answer_error(exchange, std::move(card).error());
  co_return co_await answer_json(exchange, card_json(*card));
}

Result<http::ClientRequest> PrivateDoor::prepare(const ForwardRequest& request, Card& card) const {
  ASSIGN_OR_RETURN(card, parts_.store.card_of(request.token, request.claimant));
  ASSIGN_OR_RETURN(std::string body, fill_placeholders(request.body, card));
  http::ClientRequest prepared{
      .method = request.method, .url = request.url.to_string(), .headers = request.headers, .body = std::move(body)};
  prepared.connect_timeout = std::min(prepared.connect_timeout, request.timeout);
  prepared.total_timeout = request.timeout;
  prepared.reply_bytes_max = provider_reply_bytes_max;
  return prepared;
}

Task<Unit> PrivateDoor::serve_forward(http::Exchange& exchange) {
  auto body = co_await read_json(exchange, forward_body_bytes_max);
  if (!body.ok()) co_return co_await answer_error(exchange, std::move(body).error(), not_sent);
  auto request = read_forward(*body, parts_.allowed);
  if (!request.ok()) co_return co_await answer_error(exchange, std::move(request).error(), not_sent);
  Card card;
  auto prepared = prepare(*request, card);
  if (!prepared.ok()) co_return co_await answer_error(exchange, std::move(prepared).error(), not_sent);
  auto outcome = co_await parts_.client.send(std::move(*prepared), exchange.executor());
  if (outcome.delivery != http::Delivery::replied) {
    const std::string_view delivery = outcome.delivery == http::Delivery::not_sent ? not_sent : unknown;
    Error failed = unavailable("provider_unreachable", "The provider could not be reached, or did not answer in time.");
    if (outcome.error) failed = unavailable("provider_unreachable", outcome.error->message());
    co_return co_await answer_error(exchange, std::move(failed), delivery);
  }
  parts_.store.forget_cvc(request->token);
  if (shows_number(outcome.reply, card.number)) {
    co_return co_await answer_error(
        exchange, data_loss("reply_shows_card", "The provider's answer holds the card's number and is not passed on."),
        unknown);
  }
  co_return co_await answer_json(exchange, reply_json(outcome.reply));
}

}  // namespace florin::vault
