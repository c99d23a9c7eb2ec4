// SHA-256 and what is made from it. OpenSSL does the work; it uses the processor's SHA instructions where there are
// any.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace florin::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

// SHA-256 (FIPS 180-4) of bytes that come in pieces. One thread at a time. Each thread keeps a context for the next
// use, so that making one costs nothing.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  // The digest of all bytes so far. Ends the object: only destruction may follow.
  Sha256Digest finish();

  struct Context;  // OpenSSL's, see the .cc

 private:
  std::unique_ptr<Context> context_;
};

// SHA-256 of the pieces one after the other.
Sha256Digest sha256(std::initializer_list<std::string_view> pieces);
inline Sha256Digest sha256(std::string_view bytes) {
  return sha256({bytes});
}

// HMAC-SHA-256 (RFC 2104).
Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

// True if both hold the same bytes. Takes a time that depends on their lengths only: for comparing secrets and
// signatures.
bool constant_time_equal(std::string_view a, std::string_view b);

// The digest's bytes, for encoders.
inline std::string_view as_bytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace florin::crypto
