#include "app/server/front_door.h"

#include <fmt/format.h>

#include <array>

#include "api/webhooks/return_handler.h"
#include "api/webhooks/webhook_handler.h"
#include "app/server/landing_page.h"

namespace florin::app {
namespace {

constexpr std::array<std::string_view, 3> reasons = {"starting", "draining", "stopped"};

Task<Unit> answer(http::Exchange& exchange, int status, std::string_view content_type, std::string body) {
  http::ResponseHead head;
  head.status = status;
  head.headers.add("content-type", std::string(content_type));
  head.headers.add("cache-control", "no-store");
  if (status == 503) head.headers.add("retry-after", "1");
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(body));
  co_return Unit{};
}

constexpr std::string_view text = "text/plain; charset=utf-8";
constexpr std::string_view json = "application/json";

}  // namespace

void FrontDoor::open(Rooms rooms) {
  rooms_ = std::move(rooms);
  state_.store(open_state);
}

Task<Unit> FrontDoor::serve(http::Exchange& exchange) {
  const std::string& path = exchange.request().path;
  const int state = state_.load();
  if (path == "/livez") return answer(exchange, 200, text, "ok\n");
  if (path == "/metrics") return answer(exchange, 200, telemetry::Metrics::content_type, metrics_.render());
  if (state != open_state) return answer_not_ready(exchange, state);
  if (path == "/readyz") return answer(exchange, 200, text, "ok\n");
  if (path.starts_with(api::webhook_path)) return rooms_.webhooks->serve(exchange);
  if (path.starts_with(api::return_path)) return rooms_.returns->serve(exchange);
  for (Pages* pages : rooms_.pages) {
    if (pages->is_asked_for(exchange.request())) return pages->serve(exchange);
  }
  if (LandingPage::is_asked_for(exchange.request())) return rooms_.landing->serve(exchange);
  return rooms_.rpc->serve(exchange);
}

Task<Unit> FrontDoor::answer_not_ready(http::Exchange& exchange, int state) const {
  const std::string_view reason = reasons[static_cast<std::size_t>(state)];
  if (exchange.request().path == "/readyz") return answer(exchange, 503, text, fmt::format("{}\n", reason));
  return answer(
      exchange, 503, json,
      fmt::format(
          R"({{"code":"unavailable","message":"The server is {}; try again in a second.","reason":"not_ready"}})",
          reason));
}

}  // namespace florin::app
