#include "http/router.h"

#include <algorithm>

#include "http/json_error.h"

namespace florin::http {
namespace {

Task<Unit> refuse_path(Exchange& exchange) {
  (void)co_await respond_error(exchange, 404, "There is nothing at this path.");
  co_return Unit{};
}

Task<Unit> refuse_method(Exchange& exchange, std::string allowed) {
  ResponseHead head{.status = 405};
  head.headers.add("allow", std::move(allowed));
  head.headers.add("content-type", "application/json");
  (void)co_await exchange.respond(std::move(head), json_error_body(405, "This path does not answer this method."));
  co_return Unit{};
}

bool takes(std::string_view method, std::string_view requested) {
  return method == "*" || method == requested || (method == "GET" && requested == "HEAD");
}

}  // namespace

bool Router::Route::matches(std::string_view requested) const {
  return path.ends_with('/') ? requested.starts_with(path) : requested == path;
}

void Router::add(std::string method, std::string path, Handler& handler) {
  CHECK(path.starts_with('/'), "a path begins with a slash: {}", path);
  const auto shorter = [&path](const Route& route) { return route.path.size() < path.size(); };
  const auto place = std::find_if(routes_.begin(), routes_.end(), shorter);
  routes_.insert(place, {std::move(method), std::move(path), &handler});
}

// Not a coroutine itself: the handler's task is the answer.
Task<Unit> Router::serve(Exchange& exchange) {
  const RequestHead& request = exchange.request();
  std::string_view found;
  std::string allowed;
  for (const Route& route : routes_) {
    if (!found.empty() && route.path != found) continue;
    if (!route.matches(request.path)) continue;
    if (takes(route.method, request.method)) return route.handler->serve(exchange);
    found = route.path;
    allowed += (allowed.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") allowed += ", HEAD";
  }
  if (found.empty()) return refuse_path(exchange);
  return refuse_method(exchange, std::move(allowed));
}

}  // namespace florin::http
