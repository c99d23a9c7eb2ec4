#include "vault/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace florin::vault {
namespace {

constexpr std::size_t url_bytes_max = 8 * 1024;

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return false;
    return host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
  }
  return !host.empty() && host.front() != '.' && host.front() != '-' && std::ranges::all_of(host, is_host_char);
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc() || last != end || port == 0) return std::nullopt;
  return port;
}

// "host" or "host:port".
bool read_authority(std::string_view text, Origin& origin) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t colon = text.find(':', bracket);
  origin.host = text.substr(0, colon);
  std::ranges::transform(origin.host, origin.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  origin.port = origin.tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return false;
    origin.port = *port;
  }
  return is_host(origin.host);
}

}  // namespace

std::string Origin::to_string() const {
  const std::string_view scheme = tls ? "https" : "http";
  if (port == (tls ? 443 : 80)) return fmt::format("{}://{}", scheme, host);
  return fmt::format("{}://{}:{}", scheme, host, port);
}

std::optional<Url> parse_url(std::string_view text) {
  const auto is_fit = [](char c) {
    return c > ' ' && c < '\x7f' && c != '\\' && c != '#' && c != '"' && c != '<' && c != '>';
  };
  if (text.size() > url_bytes_max || !std::ranges::all_of(text, is_fit)) return std::nullopt;
  Url url;
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    url.origin.tls = false;
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  if (!read_authority(text.substr(0, end), url.origin)) return std::nullopt;
  url.target = text.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

Result<Origin> parse_origin(std::string_view text, std::string_view what) {
  const auto url = parse_url(text);
  if (!url || url->target != "/" || text.ends_with('/')) {
    return invalid_argument(
        "origin_invalid",
        fmt::format("{} must be an origin, like https://psp.example or http://127.0.0.1:8090.", what));
  }
  return url->origin;
}

}  // namespace florin::vault
