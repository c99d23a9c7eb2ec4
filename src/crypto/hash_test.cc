#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "base/encoding.h"

namespace florin::crypto {
namespace {

std::string hex_of(const Sha256Digest& digest) {
  return hex(as_bytes(digest));
}

TEST(Sha256, KnownVectors) {  // FIPS 180-4 examples
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  const std::string text(100'000, 'x');
  Sha256 hash;
  for (std::size_t at = 0; at < text.size(); at += 777) hash.update(std::string_view(text).substr(at, 777));
  EXPECT_EQ(hash.finish(), sha256(text));
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256("abc"));
}

TEST(Sha256, ObjectsOfOneThreadAndOfManyDoNotDisturbEachOther) {
  Sha256 outer;
  outer.update("ab");
  EXPECT_EQ(sha256("abc"), sha256("abc"));
  std::thread other([] { EXPECT_EQ(sha256("xyz"), sha256({"x", "yz"})); });
  outer.update("c");
  other.join();
  EXPECT_EQ(outer.finish(), sha256("abc"));
}

TEST(HmacSha256, KnownVectors) {  // RFC 4231 cases 1, 2 and 6
  EXPECT_EQ(hex_of(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_of(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, EmptyKeyAndMessageAreAllowed) {
  EXPECT_EQ(hex_of(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(ConstantTimeEqual, ComparesBytesAndLengths) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("secret", "secret"));
  EXPECT_FALSE(constant_time_equal("secret", "secreT"));
  EXPECT_FALSE(constant_time_equal("secret", "secret2"));
}

}  // namespace
}  // namespace florin::crypto
