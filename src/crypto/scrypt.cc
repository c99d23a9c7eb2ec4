#include "crypto/scrypt.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace florin::crypto {
namespace {

constexpr std::size_t key_size = 32;
// What OpenSSL counts beside the blocks themselves.
constexpr std::size_t memory_slack = std::size_t{1} << 20;

}  // namespace

std::string scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost) {
  CHECK(cost.cost > 0 && cost.cost < 32 && cost.block_size > 0 && cost.parallel > 0, "no such scrypt cost");
  const std::uint64_t n = std::uint64_t{1} << cost.cost;
  CHECK(128 * n * cost.block_size <= scrypt_memory_max, "scrypt would take {} bytes", 128 * n * cost.block_size);
  std::string key(key_size, '\0');
  const int done = EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                                  salt.size(), n, cost.block_size, cost.parallel, scrypt_memory_max + memory_slack,
                                  reinterpret_cast<unsigned char*>(key.data()), key.size());
  CHECK(done == 1, "scrypt failed: out of memory");
  return key;
}

}  // namespace florin::crypto
