#include "operators/secrets.h"

#include <fmt/format.h>

#include <set>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "operators/limits.h"

namespace florin::operators {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t salt_bytes = 16;

// UTF-8 characters: every byte that does not continue one.
std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

}  // namespace

Secret make_secret(Random& random) {
  Secret secret;
  secret.text = base64url(random.bytes(secret_bytes));
  secret.sha256 = hash_secret(secret.text);
  return secret;
}

std::string hash_secret(std::string_view text) {
  return std::string(crypto::as_bytes(crypto::sha256(text)));
}

std::string normalized_email(std::string_view email) {
  std::string lower(email);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

Status check_password(std::string_view password, std::string_view field) {
  const std::set<char> different(password.begin(), password.end());
  if (count_characters(password) >= password_length_min && different.size() >= password_different_min) return ok();
  return invalid_argument("password_weak",
                          fmt::format("Choose a password of at least {} characters, at least {} of them different. "
                                      "A sentence is easiest to remember.",
                                      password_length_min, password_different_min))
      .with_violation(std::string(field), fmt::format("must have at least {} characters, {} of them different",
                                                      password_length_min, password_different_min));
}

v1::Password hash_password(std::string_view password, Random& random, const crypto::ScryptCost& cost) {
  v1::Password stored;
  stored.set_salt(random.bytes(salt_bytes));
  stored.set_cost(cost.cost);
  stored.set_block_size(cost.block_size);
  stored.set_parallel(cost.parallel);
  stored.set_hash(crypto::scrypt(password, stored.salt(), cost));
  return stored;
}

bool password_matches(std::string_view password, const std::optional<v1::Password>& stored,
                      const crypto::ScryptCost& decoy_cost) {
  if (!stored) {
    crypto::scrypt(password, std::string(salt_bytes, '\0'), decoy_cost);
    return false;
  }
  const crypto::ScryptCost cost{stored->cost(), stored->block_size(), stored->parallel()};
  return crypto::constant_time_equal(crypto::scrypt(password, stored->salt(), cost), stored->hash());
}

}  // namespace florin::operators
