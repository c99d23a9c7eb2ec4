#include "api/common/browser.h"

#include <fmt/format.h>

namespace florin::api {
namespace {

// The prefix makes browsers insist on Secure, on the whole host and on no Domain (RFC 6265bis section 4.1.3).
constexpr std::string_view secure_cookie = "__Host-florin_session";
constexpr std::string_view plain_cookie = "florin_session";
constexpr std::string_view attributes = "Path=/; HttpOnly; SameSite=Strict";

// "https://pay.example.com" of "https://pay.example.com/florin".
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  return url.substr(0, url.find('/', host + 3));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Error foreign_origin() {
  return {Code::permission_denied, ErrorDomain::permission, "foreign_origin",
          "Only pages of this server may call this with a session. Programs call with an API key."};
}

}  // namespace

Browser::Browser(std::string_view public_base_url) : public_origin_(origin_of(public_base_url)) {}

std::optional<std::string_view> Browser::session_secret(const rpc::Context& context) const {
  const std::string_view wanted = cookie_name(context);
  for (const auto& [name, value] : context.request_headers().fields()) {
    if (name != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t semicolon = rest.find(';');
      const std::string_view pair = trimmed(rest.substr(0, semicolon));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == wanted) return pair.substr(equals + 1);
      if (semicolon == std::string_view::npos) break;
      rest.remove_prefix(semicolon + 1);
    }
  }
  return std::nullopt;
}

std::string Browser::session_cookie(const rpc::Context& context, std::string_view secret, Duration life) const {
  return fmt::format("{}={}; {}; Max-Age={}{}", cookie_name(context), secret, attributes, life.to_seconds(),
                     is_secure(context) ? "; Secure" : "");
}

std::string Browser::cleared_cookie(const rpc::Context& context) const {
  return session_cookie(context, "", Duration{});
}

Status Browser::refuse_foreign_origin(const rpc::Context& context) const {
  const auto origin = context.request_headers().get("origin");
  if (!origin || is_own(context, *origin)) return ok();
  return foreign_origin();
}

Status Browser::require_own_page(const rpc::Context& context) const {
  const auto origin = context.request_headers().get("origin");
  if (!origin || !is_own(context, *origin)) return foreign_origin();
  if (context.request_headers().get(console_header) == "1") return ok();
  return Error(Code::permission_denied, ErrorDomain::permission, "console_header_missing",
               "A changing call with a session carries the header florin-console: 1.");
}

bool Browser::is_secure(const rpc::Context& context) const {
  return context.tls() || public_origin_.starts_with("https://");
}

std::string_view Browser::cookie_name(const rpc::Context& context) const {
  return is_secure(context) ? secure_cookie : plain_cookie;
}

bool Browser::is_own(const rpc::Context& context, std::string_view origin) const {
  if (!public_origin_.empty() && origin == public_origin_) return true;
  return origin == fmt::format("{}://{}", context.tls() ? "https" : "http", context.authority());
}

}  // namespace florin::api
