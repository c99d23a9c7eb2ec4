#include "http/h2_fields.h"

#include <fmt/format.h>

#include "http/syntax.h"

namespace florin::http {
namespace {

// RFC 9113 section 8.2.2, and what the transport decides.
bool is_transport_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 2:
      return name == "te" && !equals_ignoring_case(value, "trailers");
    case 4:
      return name == "date" || name == "host";
    case 7:
      return name == "upgrade";
    case 10:
      return name == "connection" || name == "keep-alive";
    case 14:
      return name == "content-length";
    case 16:
      return name == "proxy-connection";
    case 17:
      return name == "transfer-encoding";
    default:
      return false;
  }
}

// What must not enter the compression state, where others' guesses could be measured against it (RFC 7541
// section 7.1.3).
bool is_secret(std::string_view name) {
  return name == "set-cookie" || name == "authorization" || name == "cookie";
}

std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

Error invalid_header(std::string_view name) {
  return internal_error("invalid_header", fmt::format("The header \"{}\" cannot be sent as it is.", name));
}

}  // namespace

void H2Fields::add(std::string_view name, std::string_view value) {
  const std::uint8_t flags = is_secret(name) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
  fields_.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
}

Status H2Fields::add_all(const Headers& headers) {
  for (const auto& [name, value] : headers.fields()) {
    if (!is_field(name, value)) return invalid_header(is_token(name) ? name : "?");
    // Spaces at the ends of a value are no part of it, and clients refuse them (RFC 9113 section 8.2.1).
    const std::string_view trimmed = trim(value);
    if (!is_transport_field(name, trimmed)) add(name, trimmed);
  }
  return ok();
}

}  // namespace florin::http
