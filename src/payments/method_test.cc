#include "payments/method.h"

#include <gmock/gmock.h>

#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

const std::string card_token = "tok_card_2cjghb3bhpk2300hqn1cwzmkb8j013ap";

VaultAnswer claimed_for(std::string claimant, std::string last_four = "4242") {
  VaultCard card{.card = {}, .claimant = std::move(claimant)};
  card.card.set_brand("visa");
  card.card.set_last_four(std::move(last_four));
  return Result<VaultCard>(std::move(card));
}

VaultAnswer refused() {
  return Result<VaultCard>(failed_precondition("payment_method_used", "Another's."));
}

TEST(CardMethod, GoesWithThePaymentToTheProvider) {
  PaymentsFixture f;
  const std::string id = f.create({.token = card_token, .vault = claimed_for("new_1")});
  EXPECT_EQ(f.payment(id).payment_method().card().last_four(), "4242");
  EXPECT_EQ(f.row(id).vault_claimant(), "new_1");
  ASSERT_EQ(f.requests().size(), 1u);
  EXPECT_EQ(f.requests()[0].content.payment_method_token(), card_token);
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), "new_1");
}

TEST(CardMethod, IsRefusedWithoutAClaim) {
  PaymentsFixture f;
  EXPECT_EQ(f.try_create({.token = card_token}).error().reason(), "vault_missing");
  EXPECT_EQ(f.try_create({.token = card_token, .vault = refused()}).error().reason(), "payment_method_used");
  EXPECT_TRUE(f.requests().empty());
}

TEST(CardMethod, OtherMethodsNeedNoVault) {
  PaymentsFixture f;
  const std::string id = f.create({});
  EXPECT_FALSE(f.payment(id).payment_method().has_card());
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), "");
}

TEST(CardMethod, IsKeptUntilThePaymentIsConfirmed) {
  PaymentsFixture f;
  const std::string id = f.create({.token = card_token, .confirm = false, .vault = claimed_for("new_1")});
  EXPECT_TRUE(f.requests().empty());
  ASSERT_TRUE(f.confirm(id).ok());
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), "new_1");
}

TEST(CardMethod, ThePaymentsOwnCardMayBeTriedAgainWhateverTheVaultSays) {
  PaymentsFixture f;
  const std::string id = f.create({.token = card_token, .vault = claimed_for("new_1")});
  f.answer(declined());
  // The vault knows another claimant than the payment's id, and says so.
  ASSERT_TRUE(f.confirm(id, card_token, refused()).ok());
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), "new_1");
}

TEST(CardMethod, AnotherMethodTakesItsPlaceWhole) {
  PaymentsFixture f;
  const std::string id = f.create({.token = card_token, .vault = claimed_for("new_1")});
  f.answer(declined());
  const std::string other = "tok_card_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";
  EXPECT_EQ(f.confirm(id, other, refused()).error().reason(), "payment_method_used");
  ASSERT_TRUE(f.confirm(id, other, claimed_for(id, "0002")).ok());
  EXPECT_EQ(f.payment(id).payment_method().card().last_four(), "0002");
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), id);
  f.answer(declined());
  ASSERT_TRUE(f.confirm(id, "tok_success").ok());
  EXPECT_FALSE(f.payment(id).payment_method().has_card());
  EXPECT_EQ(f.requests()[0].content.vault_claimant(), "");
}

TEST(CardMethod, ReplaysToTheSameState) {
  PaymentsFixture f;
  const std::string id = f.create({.token = card_token, .vault = claimed_for("new_1")});
  f.answer(declined());
  ASSERT_TRUE(f.confirm(id, "tok_success").ok());
  EXPECT_EQ(f.replayed_digest(), f.partition().digest());
}

}  // namespace
}  // namespace florin::payments
