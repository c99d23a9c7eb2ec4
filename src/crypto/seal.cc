#include "crypto/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "base/check.h"

namespace florin::crypto {
namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const EVP_CIPHER* algorithm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(cipher != nullptr, "OpenSSL has no AES-256-GCM");
  return cipher;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Context make_context() {
  Context context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr, "out of memory");
  return context;
}

Error seal_broken() {
  return data_loss("seal_broken", "What was sealed was changed, cut or sealed with another key.");
}

}  // namespace

std::string seal(std::string_view key, std::string_view context, std::string_view text, Random& random) {
  CHECK(key.size() == seal_key_bytes);
  const std::string nonce = random.bytes(nonce_bytes);
  std::string sealed = nonce;
  sealed.resize(nonce_bytes + text.size() + tag_bytes);
  auto* out = reinterpret_cast<unsigned char*>(sealed.data()) + nonce_bytes;
  const Context evp = make_context();
  int length = 0;
  bool good = EVP_EncryptInit_ex2(evp.get(), algorithm(), bytes_of(key), bytes_of(nonce), nullptr) == 1;
  good =
      good && EVP_EncryptUpdate(evp.get(), nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1;
  good = good && EVP_EncryptUpdate(evp.get(), out, &length, bytes_of(text), static_cast<int>(text.size())) == 1;
  good = good && EVP_EncryptFinal_ex(evp.get(), out + length, &length) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(evp.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, out + text.size()) == 1;
  CHECK(good, "AES-256-GCM failed");
  return sealed;
}

Result<std::string> open_seal(std::string_view key, std::string_view context, std::string_view sealed) {
  CHECK(key.size() == seal_key_bytes);
  if (sealed.size() < seal_overhead_bytes) return seal_broken();
  const std::string_view text = sealed.substr(nonce_bytes, sealed.size() - seal_overhead_bytes);
  std::string tag(sealed.substr(sealed.size() - tag_bytes));
  std::string opened(text.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(opened.data());
  const Context evp = make_context();
  int length = 0;
  bool good = EVP_DecryptInit_ex2(evp.get(), algorithm(), bytes_of(key), bytes_of(sealed), nullptr) == 1;
  good =
      good && EVP_DecryptUpdate(evp.get(), nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1;
  good = good && EVP_DecryptUpdate(evp.get(), out, &length, bytes_of(text), static_cast<int>(text.size())) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(evp.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1;
  CHECK(good, "AES-256-GCM failed");
  // The tag is compared here: nothing of what was opened may be looked at before.
  if (EVP_DecryptFinal_ex(evp.get(), out + length, &length) != 1) {
    wipe(opened);
    return seal_broken();
  }
  return opened;
}

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace florin::crypto
