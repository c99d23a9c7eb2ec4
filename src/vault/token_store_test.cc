#include "vault/token_store.h"

#include <gmock/gmock.h>

#include <set>

#include "base/encoding.h"
#include "vault/limits.h"
#include "vault/testing.h"

namespace florin::vault {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const Status opened = test_.open();
    ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  }

  std::string reopen() {
    const Status opened = test_.open_after_crash();
    return opened.ok() ? "ok" : opened.error().reason();
  }

  // Every byte of every file.
  std::string all_bytes() {
    std::string bytes;
    const auto names = test_.disk.list("vault");
    for (const std::string& name : *names) bytes += test_.disk.content("vault/" + name);
    return bytes + test_.disk.content("keys/key");
  }

  TestStore test_;
};

TEST_F(TokenStoreTest, ATokenIsLongRandomAndSaysNothing) {
  std::set<std::string> tokens;
  for (int i = 0; i < 50; ++i) {
    const std::string token = test_.add();
    EXPECT_TRUE(token.starts_with("tok_card_"));
    EXPECT_EQ(token.size(), 9u + 32u);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 50u);
}

TEST_F(TokenStoreTest, TheFirstClaimantOwnsATokenAndMayAskAgain) {
  const std::string token = test_.add();
  EXPECT_EQ(test_.number_of(token), "token_not_claimed");
  EXPECT_EQ(test_.claim(token, "pay_1"), "ok");
  EXPECT_EQ(test_.claim(token, "pay_1"), "ok");
  EXPECT_EQ(test_.claim(token, "pay_2"), "token_used");
  EXPECT_EQ(test_.claim(token, "pay_1", "ten_2"), "token_used");
  EXPECT_EQ(test_.number_of(token, "pay_2"), "token_used");
  EXPECT_EQ(test_.number_of(token, "pay_1"), test_number);
  EXPECT_EQ(test_.claim("tok_card_00000000000000000000000000000000"), "token_not_found");
}

TEST_F(TokenStoreTest, WhatWasAnsweredOutlivesALossOfPower) {
  const std::string claimed = test_.add();
  const std::string free = test_.add("5555555555554444");
  ASSERT_EQ(test_.claim(claimed), "ok");
  ASSERT_EQ(reopen(), "ok");
  EXPECT_EQ(test_.claim(claimed, "pay_2"), "token_used");
  EXPECT_EQ(test_.number_of(claimed), test_number);
  EXPECT_EQ(test_.claim(free, "pay_2"), "ok");
  EXPECT_EQ(test_.number_of(free, "pay_2"), "5555555555554444");
}

TEST_F(TokenStoreTest, OnlyCiphertextIsWritten) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token, "pay_of_ada"), "ok");
  const std::string bytes = all_bytes();
  for (const std::string& secret :
       {std::string(test_number), base64(test_number, false).substr(0, 20), hex(test_number), std::string("Lovelace"),
        token, std::string("pay_of_ada"), std::string("424242")}) {
    EXPECT_THAT(bytes, Not(HasSubstr(secret)));
  }
}

TEST_F(TokenStoreTest, ACodeIsNeverWrittenAndDiesWhenItWasUsed) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "123");
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "123") << "no provider has answered yet";
  test_.store->forget_cvc(token);
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "");
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->number, test_number);
}

TEST_F(TokenStoreTest, ACodeDiesAfterAnHourAndWithTheProcess) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  test_.clock.advance(cvc_lifetime - Duration::microseconds(1));
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "123");
  test_.clock.advance(Duration::microseconds(1));
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "");
  const std::string other = test_.add();
  ASSERT_EQ(test_.claim(other), "ok");
  ASSERT_EQ(reopen(), "ok");
  EXPECT_EQ(test_.store->card_of(other, "pay_1")->cvc, "");
}

TEST_F(TokenStoreTest, ATokenThatNobodyClaimsDiesAfterAnHour) {
  const std::string token = test_.add();
  const std::string claimed = test_.add();
  ASSERT_EQ(test_.claim(claimed), "ok");
  test_.clock.advance(unclaimed_lifetime);
  EXPECT_EQ(test_.claim(token), "token_not_found");
  EXPECT_EQ(test_.number_of(claimed), test_number);
  test_.clock.advance(claimed_lifetime - unclaimed_lifetime);
  EXPECT_EQ(test_.number_of(claimed), "token_not_found");
}

TEST_F(TokenStoreTest, CompactionForgetsTheDeadAndKeepsTheLiving) {
  const std::string dead = test_.add();
  const std::string living = test_.add("5555555555554444");
  ASSERT_EQ(test_.claim(living), "ok");
  const std::size_t before = test_.disk.content("vault/generation-00000001.log").size();
  test_.clock.advance(unclaimed_lifetime);
  const std::string fresh = test_.add("378282246310005");
  ASSERT_TRUE(test_.store->compact().ok());
  EXPECT_EQ(test_.store->tokens(), 2u);
  EXPECT_FALSE(*test_.disk.exists("vault/generation-00000001.log"));
  EXPECT_FALSE(*test_.disk.exists("vault/generation-00000001.key"));
  EXPECT_LT(test_.disk.content("vault/generation-00000002.log").size(), before + 200);
  EXPECT_EQ(test_.number_of(living), "5555555555554444");
  ASSERT_EQ(reopen(), "ok");
  EXPECT_EQ(test_.claim(dead), "token_not_found");
  EXPECT_EQ(test_.claim(living, "pay_2"), "token_used");
  EXPECT_EQ(test_.number_of(living), "5555555555554444");
  EXPECT_EQ(test_.claim(fresh), "ok");
}

TEST_F(TokenStoreTest, ACompactionThatIsCutShortLosesNothing) {
  const std::string dead = test_.add();
  const std::string living = test_.add("5555555555554444");
  ASSERT_EQ(test_.claim(living), "ok");
  test_.clock.advance(unclaimed_lifetime);
  // The power goes at every change that a compaction makes, one after the other.
  for (std::uint64_t change = 1; change < 40; ++change) {
    test_.disk.lose_power_after(change);
    const bool compacted = test_.store->compact().ok();
    ASSERT_EQ(reopen(), "ok") << "after change " << change;
    ASSERT_EQ(test_.number_of(living), "5555555555554444") << "after change " << change;
    ASSERT_EQ(test_.claim(dead), "token_not_found");
    if (compacted) return;
    // Something must be dead again for the next one.
    test_.add();
    test_.clock.advance(unclaimed_lifetime);
  }
  FAIL() << "no compaction came to its end";
}

TEST_F(TokenStoreTest, NothingIsAnsweredWhenTheDiskFails) {
  const std::string token = test_.add();
  test_.disk.fail_sync_after(1);
  EXPECT_EQ(test_.add(), "vault_stopped");
  EXPECT_EQ(test_.add(), "vault_stopped");
  EXPECT_EQ(test_.claim(token), "vault_stopped");
  EXPECT_EQ(test_.number_of(token), "vault_stopped");
}

TEST_F(TokenStoreTest, OneProcessAtATime) {
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "data_directory_locked");
  EXPECT_EQ(rotate_key(test_.parts(), "vault", "keys/key").error().reason(), "data_directory_locked");
}

TEST_F(TokenStoreTest, WithoutItsKeyFileItDoesNotStart) {
  test_.add();
  test_.store.reset();
  const std::string key = test_.disk.content("keys/key");
  ASSERT_TRUE(test_.disk.remove("keys/key").ok());
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_key_missing");
  EXPECT_FALSE(*test_.disk.exists("keys/key")) << "no new key may take the place of a lost one";
  test_.disk.put("keys/key", base64(std::string(32, 'x')) + "\n");
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_key_missing");
  test_.disk.put("keys/key", "no key at all\n");
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_key_file_damaged");
  test_.disk.put("keys/key", key);
  EXPECT_TRUE(TokenStore::open(test_.parts(), "vault", "keys/key").ok());
}

TEST_F(TokenStoreTest, RotationChangesTheKeyAndKeepsTheCards) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  test_.store.reset();
  const std::string old_key = test_.disk.content("keys/key");
  ASSERT_TRUE(rotate_key(test_.parts(), "vault", "keys/key").ok());
  EXPECT_NE(test_.disk.content("keys/key"), old_key);
  ASSERT_EQ(reopen(), "ok");
  EXPECT_EQ(test_.number_of(token), test_number);
  const std::string fresh = test_.add("5555555555554444");
  EXPECT_TRUE(*test_.disk.exists("vault/generation-00000002.log")) << "what comes lies under a new data key";
  ASSERT_EQ(reopen(), "ok");
  EXPECT_EQ(test_.claim(fresh), "ok");
  test_.store.reset();
  test_.disk.put("keys/key", old_key);
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_key_missing");
}

TEST_F(TokenStoreTest, ARotationThatIsCutShortLocksNobodyOut) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  for (std::uint64_t change = 1; change < 60; ++change) {
    test_.store.reset();
    test_.disk.lose_power_after(change);
    const bool rotated = rotate_key(test_.parts(), "vault", "keys/key").ok();
    ASSERT_EQ(reopen(), "ok") << "after change " << change;
    ASSERT_EQ(test_.number_of(token), test_number) << "after change " << change;
    if (rotated) return;
    // Each try may have left a generation behind.
    ASSERT_TRUE(test_.store->compact().ok());
  }
  FAIL() << "no rotation came to its end";
}

TEST_F(TokenStoreTest, ATornEndIsCutOff) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  test_.store.reset();
  const std::string path = "vault/generation-00000001.log";
  const std::string whole = test_.disk.content(path);
  const std::string copy = whole.substr(0, whole.size() - 1);
  for (const std::string& torn : {copy, whole + "x", whole + whole.substr(0, 20), whole + std::string(600, '\0')}) {
    test_.disk.put(path, torn);
    ASSERT_TRUE(test_.open().ok());
    // The claim was the last record: where its frame is torn it was never answered.
    EXPECT_EQ(test_.number_of(token), torn.size() < whole.size() ? "token_not_claimed" : test_number);
    EXPECT_EQ(test_.claim(token, "pay_1"), "ok");
    test_.store.reset();
  }
}

TEST_F(TokenStoreTest, DamageIsToldAndNotCutOff) {
  for (int i = 0; i < 3; ++i) test_.add();
  test_.store.reset();
  const std::string path = "vault/generation-00000001.log";
  const std::string whole = test_.disk.content(path);
  // Every byte of every frame but the last, which cannot be told from one that was being written.
  const std::size_t last_frame = whole.rfind("\xf1\x7a");
  for (std::size_t i = 0; i < last_frame; i += 3) {
    test_.disk.put(path, whole);
    test_.disk.flip_byte(path, i, 0x10);
    const auto opened = TokenStore::open(test_.parts(), "vault", "keys/key");
    ASSERT_FALSE(opened.ok()) << "byte " << i;
    EXPECT_EQ(opened.error().reason(), "vault_generation_damaged");
  }
}

TEST_F(TokenStoreTest, AFrameWhoseSumWasMadeToFitIsToldToo) {
  test_.add();
  test_.store.reset();
  const std::string path = "vault/generation-00000001.log";
  std::string bytes = test_.disk.content(path);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  std::string sum;
  put_u32_be(sum, crc32c(std::string_view(bytes).substr(16), crc32c(std::string_view(bytes).substr(0, 12))));
  bytes.replace(12, 4, sum);
  test_.disk.put(path, bytes);
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_generation_damaged");
}

TEST_F(TokenStoreTest, FramesCannotBeMoved) {
  test_.add();
  test_.add("5555555555554444");
  test_.store.reset();
  const std::string path = "vault/generation-00000001.log";
  const std::string bytes = test_.disk.content(path);
  const std::size_t second = bytes.rfind("\xf1\x7a");
  test_.disk.put(path, bytes.substr(second) + bytes.substr(0, second));
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_generation_damaged");
}

TEST_F(TokenStoreTest, AGenerationWhoseKeyWasChangedOrLostIsDamaged) {
  test_.add();
  test_.store.reset();
  const std::string path = "vault/generation-00000001.key";
  const std::string whole = test_.disk.content(path);
  for (const std::string& changed : {std::string("{}"), whole.substr(0, 40), std::string("x")}) {
    test_.disk.put(path, changed);
    EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_generation_damaged");
  }
  ASSERT_TRUE(test_.disk.remove(path).ok());
  EXPECT_EQ(TokenStore::open(test_.parts(), "vault", "keys/key").error().reason(), "vault_generation_damaged");
}

}  // namespace
}  // namespace florin::vault
