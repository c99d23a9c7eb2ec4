#include "crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <utility>

#include "base/check.h"

namespace florin::crypto {
namespace {

// Looked up once: an implicit fetch in every init costs more than hashing a small message.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(algorithm != nullptr, "OpenSSL has no SHA-256");
  return algorithm;
}

}  // namespace

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) { CHECK(evp != nullptr, "out of memory"); }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* evp;
};

namespace {

thread_local std::unique_ptr<Sha256::Context> spare_context;

}  // namespace

Sha256::Sha256() : context_(std::exchange(spare_context, nullptr)) {
  if (!context_) context_ = std::make_unique<Context>();
  CHECK(EVP_DigestInit_ex2(context_->evp, sha256_algorithm(), nullptr) == 1, "SHA-256 failed to start");
}

Sha256::~Sha256() {
  spare_context = std::move(context_);
}

void Sha256::update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1, "SHA-256 failed");
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  CHECK(EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr) == 1, "SHA-256 failed to end");
  return digest;
}

Sha256Digest sha256(std::initializer_list<std::string_view> pieces) {
  Sha256 hash;
  for (const std::string_view piece : pieces) hash.update(piece);
  return hash.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  Sha256Digest digest;
  const unsigned char* result =
      HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), nullptr);
  CHECK(result != nullptr, "HMAC-SHA-256 failed");
  return digest;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace florin::crypto
