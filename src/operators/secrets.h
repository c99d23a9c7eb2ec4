// One-time and session secrets, and passwords: made and hashed outside the lane. Decide functions never see a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "crypto/scrypt.h"
#include "florin/operators/v1/events.pb.h"

namespace florin::operators {

// 256 random bits in 43 characters of base64url, and what Florin keeps of them.
struct Secret {
  std::string text;    // never stored, never logged
  std::string sha256;  // 32 bytes
};
Secret make_secret(Random& random);
std::string hash_secret(std::string_view text);

// An address as accounts are found by it: in lower case. Its hash is what refused sign-ins are counted under.
std::string normalized_email(std::string_view email);

// Whether a person may choose it. Errors: invalid_argument (password_weak) with a violation of `field`.
Status check_password(std::string_view password, std::string_view field);

// Takes about a tenth of a second, as does password_matches: for a thread that may be blocked.
v1::Password hash_password(std::string_view password, Random& random, const crypto::ScryptCost& cost = {});
// Where there is no password to compare with, takes as long as with one of the default cost, and is false.
bool password_matches(std::string_view password, const std::optional<v1::Password>& stored,
                      const crypto::ScryptCost& decoy_cost = {});

}  // namespace florin::operators
