// Origin: scheme, host and port, as browsers compare them and as the allow list names who may receive card numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace florin::vault {

struct Origin {
  bool tls = true;
  std::string host{};  // lower case; "[::1]" for IPv6
  std::uint16_t port = 443;
  bool operator==(const Origin&) const = default;

  // "https://psp.example" or "http://127.0.0.1:8090": the port only where it is not the scheme's own.
  std::string to_string() const;
};

// An absolute http or https URL in parts.
struct Url {
  Origin origin;
  std::string target;  // path and query; "/" where the URL has none

  // What the parts say. To be called instead of the text that came in: no other reader can then see another host in it.
  std::string to_string() const { return origin.to_string() + target; }
};

// Strict: no user information, no fragment, no backslash, nothing but visible ASCII, and hosts of letters, digits, dots
// and hyphens or an address in brackets. Nothing for anything else.
std::optional<Url> parse_url(std::string_view text);

// A URL that ends behind its port. `what` names the setting in the error (invalid_argument, origin_invalid).
Result<Origin> parse_origin(std::string_view text, std::string_view what);

}  // namespace florin::vault
