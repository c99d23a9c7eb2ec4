#include "vault/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/syntax.h"

namespace florin::vault {
namespace {

int status_of(const Error& error) {
  if (error.reason() == "body_too_large") return 413;
  if (error.reason() == "not_json") return 415;
  switch (error.code()) {
    case Code::invalid_argument:
    case Code::failed_precondition:
    case Code::out_of_range:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::resource_exhausted:
      return 429;
    case Code::unavailable:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

void add_safe_headers(http::Headers& headers) {
  headers.add("cache-control", "no-store");
  headers.add("x-content-type-options", "nosniff");
  headers.add("referrer-policy", "no-referrer");
}

Task<Unit> answer_json(http::Exchange& exchange, std::string body) {
  http::ResponseHead head;
  head.headers.add("content-type", "application/json");
  add_safe_headers(head.headers);
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(body));
  co_return Unit{};
}

Task<Unit> answer_error(http::Exchange& exchange, Error error, std::optional<std::string_view> delivery) {
  nlohmann::ordered_json body = {
      {"code", code_name(error.code())}, {"message", error.message()}, {"reason", error.reason()}};
  for (const FieldViolation& each : error.field_violations()) {
    body["field_violations"].push_back({{"field", each.field}, {"description", each.description}});
  }
  if (delivery) body["delivery"] = *delivery;
  http::ResponseHead head{.status = status_of(error)};
  head.headers.add("content-type", "application/json");
  add_safe_headers(head.headers);
  if (error.code() == Code::unauthenticated) head.headers.add("www-authenticate", "Bearer");
  if (const auto after = error.retry_after()) {
    const std::int64_t seconds = std::max<std::int64_t>(1, (after->micros + 999'999) / 1'000'000);
    head.headers.add("retry-after", fmt::format("{}", seconds));
  }
  std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(text));
  co_return Unit{};
}

bool is_json(const http::RequestHead& request) {
  const std::string_view type = request.headers.get("content-type").value_or("");
  return http::equals_ignoring_case(http::trim(type.substr(0, type.find(';'))), "application/json");
}

Error not_json() {
  return invalid_argument("not_json", "Send the body as JSON, with content-type: application/json.");
}

}  // namespace florin::vault
