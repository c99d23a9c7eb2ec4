#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace florin::crypto {
namespace {

const std::string key(seal_key_bytes, 'k');

TEST(Seal, OpensWhatWasSealed) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(10'000, 'x')}) {
    const std::string sealed = seal(key, "context", text, system_random());
    EXPECT_EQ(sealed.size(), text.size() + seal_overhead_bytes);
    EXPECT_EQ(open_seal(key, "context", sealed).value(), text);
  }
}

TEST(Seal, TheSameTextNeverLooksTheSame) {
  EXPECT_NE(seal(key, "", "text", system_random()), seal(key, "", "text", system_random()));
}

TEST(Seal, RefusesAnyChangeOfAnyByte) {
  const std::string sealed = seal(key, "context", "4242424242424242", system_random());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(open_seal(key, "context", changed).error().reason(), "seal_broken") << i;
    EXPECT_FALSE(open_seal(key, "context", std::string_view(sealed).substr(0, i)).ok());
  }
  EXPECT_FALSE(open_seal(key, "context", sealed + "x").ok());
  EXPECT_FALSE(open_seal(key, "another", sealed).ok());
  EXPECT_FALSE(open_seal(std::string(seal_key_bytes, 'l'), "context", sealed).ok());
}

// Case 16 of the GCM specification's test vectors (McGrew and Viega), also in NIST's CAVP.
TEST(Seal, AgreesWithTheStandard) {
  const std::string vector_key = *parse_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string context = *parse_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string sealed = *parse_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
      "bcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(
      hex(open_seal(vector_key, context, sealed).value()),
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b39");
}

TEST(Wipe, LeavesNothing) {
  std::string text = "4242424242424242";
  const char* place = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string_view(place, 1), std::string_view("\0", 1));
}

}  // namespace
}  // namespace florin::crypto
