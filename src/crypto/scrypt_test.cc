#include "crypto/scrypt.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace florin::crypto {
namespace {

// RFC 7914 section 12; our keys are the first half of its.
TEST(ScryptTest, GivesTheKeysOfTheStandard) {
  EXPECT_EQ(hex(scrypt("", "", {4, 1, 1})), "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442");
  EXPECT_EQ(hex(scrypt("password", "NaCl", {10, 8, 16})),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
}

TEST(ScryptTest, EveryInputCounts) {
  const std::string key = scrypt("password", "salt", {4, 8, 1});
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(key, scrypt("password", "salt", {4, 8, 1}));
  EXPECT_NE(key, scrypt("passwore", "salt", {4, 8, 1}));
  EXPECT_NE(key, scrypt("password", "salu", {4, 8, 1}));
  EXPECT_NE(key, scrypt("password", "salt", {5, 8, 1}));
}

}  // namespace
}  // namespace florin::crypto
