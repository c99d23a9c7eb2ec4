// What a call needs that comes from a browser: the session's cookie, and proof that one of our own pages sends it.
//
// A browser attaches cookies by itself, also to what a foreign page makes it send. SameSite=Strict keeps them from
// other sites, but not from other ports of the same host; the origin and a header that only a script of our own can set
// keep those out too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "rpc/context.h"

namespace florin::api {

// Request header that every changing call by cookie carries, with the value "1". No page of another origin can send it.
inline constexpr std::string_view console_header = "florin-console";

class Browser {
 public:
  // `public_base_url`: how browsers reach this server; empty where they use the address it listens on.
  explicit Browser(std::string_view public_base_url);

  // The secret in the session's cookie.
  std::optional<std::string_view> session_secret(const rpc::Context& context) const;
  // Values of a set-cookie header.
  std::string session_cookie(const rpc::Context& context, std::string_view secret, Duration life) const;
  std::string cleared_cookie(const rpc::Context& context) const;

  // Errors: permission_denied (foreign_origin) where the call says that a page of another origin sends it.
  Status refuse_foreign_origin(const rpc::Context& context) const;
  // The same for a call that the cookie alone would authorize: it must say where it comes from. Errors:
  // permission_denied (foreign_origin, console_header_missing).
  Status require_own_page(const rpc::Context& context) const;

 private:
  // Whether the browser reaches us over TLS, here or at a proxy before us.
  bool is_secure(const rpc::Context& context) const;
  std::string_view cookie_name(const rpc::Context& context) const;
  bool is_own(const rpc::Context& context, std::string_view origin) const;

  std::string public_origin_;
};

}  // namespace florin::api
