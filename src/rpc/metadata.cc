#include "rpc/metadata.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace florin::rpc {
namespace {

constexpr std::array<std::string_view, 14> http_headers = {
    "accept",  "accept-encoding", "accept-post",       "allow",  "connection",      "date", "host", "keep-alive", "te",
    "trailer", "upgrade",         "transfer-encoding", "expect", "proxy-connection"};

bool is_bad_in_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7f || c == ':';
}

bool is_bad_in_value(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t';
}

// A value with a line break would let whoever chose it write headers of their own.
bool is_sendable(const http::Headers::Field& field) {
  return !field.name.empty() && std::ranges::none_of(field.name, is_bad_in_name) &&
         std::ranges::none_of(field.value, is_bad_in_value);
}

}  // namespace

bool is_protocol_header(std::string_view name) {
  return name.starts_with("content-") || name.starts_with("connect-") || name.starts_with("grpc-") ||
         name.starts_with("trailer-") || name.starts_with(':') ||
         std::ranges::find(http_headers, name) != http_headers.end();
}

void append_metadata(const http::Headers& from, std::string_view prefix, http::Headers& to) {
  for (const auto& field : from.fields()) {
    if (is_protocol_header(field.name) || !is_sendable(field)) continue;
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
