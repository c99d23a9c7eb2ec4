#include "rpc/cors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace florin::rpc {

Cors::Cors(const CorsOptions& options) : origins_(options.origins) {
  std::vector<std::string> allow = {
      "Content-Type", "Connect-Protocol-Version", "Connect-Timeout-Ms", "Grpc-Timeout", "X-Grpc-Web", "X-User-Agent"};
  allow.insert(allow.end(), options.allow_headers.begin(), options.allow_headers.end());
  allow_headers_ = fmt::format("{}", fmt::join(allow, ", "));

  std::vector<std::string> expose = {"Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"};
  expose.insert(expose.end(), options.expose_headers.begin(), options.expose_headers.end());
  for (const std::string& trailer : options.expose_trailers) expose.push_back("Trailer-" + trailer);
  expose_headers_ = fmt::format("{}", fmt::join(expose, ", "));
  max_age_ = fmt::format("{}", options.max_age.to_seconds());
}

std::optional<std::string> Cors::allowed_origin(const http::RequestHead& request) const {
  const auto origin = request.headers.get("origin");
  if (!origin) return std::nullopt;
  if (std::ranges::find(origins_, "*") != origins_.end()) return "*";
  if (std::ranges::find(origins_, *origin) == origins_.end()) return std::nullopt;
  return std::string(*origin);
}

std::optional<http::ResponseHead> Cors::preflight(const http::RequestHead& request) const {
  const bool is_preflight = request.method == "OPTIONS" && request.headers.has("origin") &&
                            request.headers.has("access-control-request-method");
  if (origins_.empty() || !is_preflight) return std::nullopt;
  http::ResponseHead head{.status = 204, .headers = {}};
  head.headers.add("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  if (auto origin = allowed_origin(request)) {
    head.headers.add("access-control-allow-origin", std::move(*origin));
    head.headers.add("access-control-allow-methods", "GET, POST");
    head.headers.add("access-control-allow-headers", allow_headers_);
    head.headers.add("access-control-max-age", max_age_);
  }
  return head;
}

std::vector<http::Headers::Field> Cors::answer_headers(const http::RequestHead& request) const {
  if (origins_.empty()) return {};
  // Also without an origin, so that a shared cache never gives one page the answer meant for another.
  std::vector<http::Headers::Field> fields = {{"vary", "Origin"}};
  if (auto origin = allowed_origin(request)) {
    fields.push_back({"access-control-allow-origin", std::move(*origin)});
    fields.push_back({"access-control-expose-headers", expose_headers_});
  }
  return fields;
}

}  // namespace florin::rpc
