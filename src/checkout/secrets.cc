#include "checkout/secrets.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace florin::checkout {
namespace {

constexpr std::size_t secret_bytes = 20;

}  // namespace

std::string make_session_secret(Random& random) {
  return std::string(session_secret_prefix) + base32_crockford(random.bytes(secret_bytes));
}

std::string make_link_secret(Random& random) {
  return std::string(link_secret_prefix) + base32_crockford(random.bytes(secret_bytes));
}

std::string page_url(std::string_view public_base_url, std::string_view secret) {
  while (public_base_url.ends_with('/')) public_base_url.remove_suffix(1);
  return fmt::format("{}/checkout/#{}", public_base_url, secret);
}

}  // namespace florin::checkout
