#include "tenants/secrets.h"

#include <utility>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace florin::tenants {
namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::size_t hint_characters = 4;

std::string_view prefix_of(SecretKind kind, v1::Environment environment) {
  switch (kind) {
    case SecretKind::secret:
      return environment == v1::ENVIRONMENT_LIVE ? "fl_live_" : "fl_test_";
    case SecretKind::publishable:
      return "fl_pub_";
    case SecretKind::platform:
      return "fl_platform_";
  }
  std::unreachable();
}

}  // namespace

Secret make_secret(Random& random, SecretKind kind, v1::Environment environment) {
  const auto prefix = prefix_of(kind, environment);
  Secret secret;
  secret.text = std::string(prefix) + base64url(random.bytes(random_bytes));
  secret.record = {hash_secret(secret.text), secret.text.substr(0, prefix.size() + hint_characters)};
  return secret;
}

std::string hash_secret(std::string_view text) {
  return std::string(crypto::as_bytes(crypto::sha256(text)));
}

}  // namespace florin::tenants
