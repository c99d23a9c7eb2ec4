// Cors: which web pages of other origins may call (Fetch standard, "CORS protocol").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/exchange.h"

namespace florin::rpc {

struct CorsOptions {
  // Exact origins ("https://console.example.com"), or "*" for any. Empty: no page of another origin may call.
  std::vector<std::string> origins = {};
  // Besides what the protocols need: request headers a page may send, answer headers and trailers it may read.
  std::vector<std::string> allow_headers = {};
  std::vector<std::string> expose_headers = {};
  std::vector<std::string> expose_trailers = {};
  Duration max_age = Duration::hours(2);  // what browsers cap it to anyway
};

// Immutable after construction.
class Cors {
 public:
  explicit Cors(const CorsOptions& options);

  // The answer to a preflight request, or nothing where `request` is none or CORS is off. An origin that may not call
  // gets an answer without permission, which makes the browser refuse.
  std::optional<http::ResponseHead> preflight(const http::RequestHead& request) const;
  // Headers to add to every other answer to `request`.
  std::vector<http::Headers::Field> answer_headers(const http::RequestHead& request) const;

 private:
  // The value of access-control-allow-origin, or nothing.
  std::optional<std::string> allowed_origin(const http::RequestHead& request) const;

  const std::vector<std::string> origins_;
  std::string allow_headers_;
  std::string expose_headers_;
  std::string max_age_;
};

}  // namespace florin::rpc
