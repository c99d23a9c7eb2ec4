#include "vault/public_door.h"

#include <fmt/format.h>
#include <vault/assets.h>

#include <nlohmann/json.hpp>

#include "crypto/seal.h"
#include "vault/answers.h"
#include "vault/limits.h"

namespace florin::vault {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Nothing comes from elsewhere, nothing inline runs, and nothing goes anywhere but to this origin.
std::string policy(const std::vector<std::string>& frame_ancestors) {
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action "
      "'none'; "
      "frame-ancestors {}; require-trusted-types-for 'script'; trusted-types 'none'",
      frame_ancestors.empty() ? "'none'" : joined(frame_ancestors));
}

// The page names the parents it may speak to. They are origins that were checked, of characters that need no escape.
std::string page_for(const std::vector<std::string>& frame_ancestors) {
  constexpr std::string_view mark = "{{parents}}";
  std::string page(assets::card_form_html);
  const std::size_t at = page.find(mark);
  CHECK(at != std::string::npos, "the card form has no {}", mark);
  return page.replace(at, mark.size(), joined(frame_ancestors));
}

std::string token_json(const NewToken& made) {
  const nlohmann::ordered_json json = {{"token", made.token},
                                       {"card",
                                        {{"brand", made.card.brand},
                                         {"bin", made.card.bin},
                                         {"last_four", made.card.last_four},
                                         {"exp_month", made.card.exp_month},
                                         {"exp_year", made.card.exp_year}}}};
  return json.dump();
}

}  // namespace

PublicDoor::PublicDoor(Parts parts)
    : parts_(std::move(parts)),
      rates_(parts_.clock, parts_.rate),
      page_(page_for(parts_.frame_ancestors)),
      content_security_policy_(policy(parts_.frame_ancestors)) {}

void PublicDoor::open(std::string origin) {
  origin_ = std::move(origin);
  is_open_ = true;
}

Task<Unit> PublicDoor::serve(http::Exchange& exchange) {
  if (!is_open_) co_return co_await answer_error(exchange, unavailable("not_ready", "The vault is starting."));
  const http::RequestHead& request = exchange.request();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && request.path == "/card-form/v1/") co_return co_await answer_asset(exchange, "text/html", page_);
  if (reads && request.path == "/card-form/v1/card_form.js") {
    co_return co_await answer_asset(exchange, "text/javascript", assets::card_form_js);
  }
  if (reads && request.path == "/card-form/v1/card_form.css") {
    co_return co_await answer_asset(exchange, "text/css", assets::card_form_css);
  }
  if (reads && request.path == "/livez") co_return co_await answer_json(exchange, R"({"status":"ok"})");
  if (request.method != "POST" || request.path != "/v1/tokens") {
    co_return co_await answer_error(exchange, not_found("no_such_path", "There is nothing at this path."));
  }
  auto made = co_await tokenize(exchange);
  if (!made.ok()) co_return co_await answer_error(exchange, std::move(made).error());
  co_return co_await answer_json(exchange, token_json(*made));
}

Task<Unit> PublicDoor::answer_asset(http::Exchange& exchange, std::string_view content_type,
                                    std::string_view body) const {
  http::ResponseHead head;
  head.headers.add("content-type", fmt::format("{}; charset=utf-8", content_type));
  head.headers.add("content-security-policy", content_security_policy_);
  head.headers.add("permissions-policy", "camera=(), microphone=(), geolocation=(), clipboard-read=()");
  if (origin_.starts_with("https://")) head.headers.add("strict-transport-security", "max-age=31536000");
  add_safe_headers(head.headers);
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::string(body));
  co_return Unit{};
}

Status PublicDoor::check_origin(const http::RequestHead& request) const {
  const auto site = request.headers.get("sec-fetch-site");
  if (request.headers.get("origin") == origin_ && (!site || *site == "same-origin")) return ok();
  return Error(Code::permission_denied, ErrorDomain::permission, "origin_not_allowed",
               "Only the card form of this vault may send a card.");
}

Task<Result<NewToken>> PublicDoor::tokenize(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  if (auto allowed = check_origin(request); !allowed.ok()) co_return std::move(allowed).error();
  if (!is_json(request)) co_return not_json();
  if (auto taken = rates_.take(request.peer); !taken.ok()) co_return std::move(taken).error();
  auto body = co_await http::read_whole_body(exchange, token_body_bytes_max);
  if (!body.ok()) co_return std::move(body).error();
  auto card = read_card(*body, parts_.clock.now());
  crypto::wipe(*body);
  if (!card.ok()) co_return std::move(card).error();
  co_return co_await parts_.store.add(std::move(*card), exchange.executor());
}

}  // namespace florin::vault
