#include "rpc/metadata.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "http/syntax.h"

namespace florin::rpc {
namespace {

constexpr std::array<std::string_view, 14> http_headers = {
    "accept",  "accept-encoding", "accept-post",       "allow",  "connection",      "date", "host", "keep-alive", "te",
    "trailer", "upgrade",         "transfer-encoding", "expect", "proxy-connection"};

}  // namespace

bool is_protocol_header(std::string_view name) {
  return name.starts_with("content-") || name.starts_with("connect-") || name.starts_with("grpc-") ||
         name.starts_with("trailer-") || name.starts_with(':') ||
         std::ranges::find(http_headers, name) != http_headers.end();
}

void append_metadata(const http::Headers& from, std::string_view prefix, http::Headers& to) {
  for (const auto& field : from.fields()) {
    // A value with a line break would let whoever chose it write headers of their own.
    if (is_protocol_header(field.name) || !http::is_field(field.name, field.value)) continue;
    to.add(std::string(prefix) + field.name, field.value);
  }
}

std::string binary_metadata(std::string_view bytes) {
  return base64(bytes, false);
}

std::optional<std::string> parse_binary_metadata(std::string_view value) {
  return parse_base64(value);
}

}  // namespace florin::rpc
