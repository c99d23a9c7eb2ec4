// Secrets of API keys: made outside the lane, shown once, kept only as a hash.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "florin/tenants/v1/tenants.pb.h"

namespace florin::tenants {

enum class SecretKind : std::uint8_t { secret, publishable, platform };

// What Florin keeps of a secret, and all of it that a decide function gets to see.
struct SecretRecord {
  std::string sha256;  // 32 bytes
  std::string hint;    // prefix and four more characters, to recognise it by: "fl_test_ab12"
};

struct Secret {
  std::string text;  // never stored, never logged
  SecretRecord record;
};

// "fl_test_" or "fl_live_" (secret keys, by environment), "fl_pub_" or "fl_platform_", and 256 random bits in 43
// characters of base64url.
Secret make_secret(Random& random, SecretKind kind, v1::Environment environment);

// The hash under which a key is found.
std::string hash_secret(std::string_view text);

}  // namespace florin::tenants
