#include "vault/card.h"

#include <gmock/gmock.h>

#include "vault/testing.h"

namespace florin::vault {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> wrong_fields(std::string_view body, Timestamp now = test_time) {
  const auto card = read_card(body, now);
  if (card.ok()) return {};
  EXPECT_EQ(card.error().reason(), "card_invalid");
  std::vector<std::string> fields;
  for (const FieldViolation& each : card.error().field_violations()) fields.push_back(each.field);
  return fields;
}

TEST(ReadCard, TakesACardAsTheFormSendsIt) {
  const auto card = read_card(
      R"({"number":"4242 4242-4242 4242","exp_month":12,"exp_year":2030,"cvc":"123","name":"Zoë O'Neil-Ünal"})",
      test_time);
  ASSERT_TRUE(card.ok()) << card.error().to_string();
  EXPECT_EQ(card->number, "4242424242424242");
  EXPECT_EQ(card->cvc, "123");
  EXPECT_EQ(card->name, "Zoë O'Neil-Ünal");
  EXPECT_EQ(card->summary(),
            (cards::Summary{.brand = "visa", .bin = "424242", .last_four = "4242", .exp_month = 12, .exp_year = 2030}));
  EXPECT_TRUE(
      read_card(R"({"number":"378282246310005","exp_month":"1","exp_year":"27","cvc":"1234"})", test_time).ok());
}

TEST(ReadCard, NamesEachFieldThatIsWrong) {
  struct Case {
    const char* body;
    const char* field;
  };
  const Case cases[] = {
      {R"({"exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":"4242424242424241","exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":"42424242424242","exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":"9999999999999995","exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":"4242x","exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":4242424242424242,"exp_month":12,"exp_year":2030,"cvc":"123"})", "number"},
      {R"({"number":"4242424242424242","exp_month":13,"exp_year":2030,"cvc":"123"})", "exp_month"},
      {R"({"number":"4242424242424242","exp_month":0,"exp_year":2030,"cvc":"123"})", "exp_month"},
      {R"({"number":"4242424242424242","exp_month":"x","exp_year":2030,"cvc":"123"})", "exp_month"},
      {R"({"number":"4242424242424242","exp_month":10,"exp_year":2026,"cvc":"123"})", "exp_year"},
      {R"({"number":"4242424242424242","exp_month":10,"exp_year":2150,"cvc":"123"})", "exp_year"},
      {R"({"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"12"})", "cvc"},
      {R"({"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"1234"})", "cvc"},
      {R"({"number":"378282246310005","exp_month":12,"exp_year":2030,"cvc":"123"})", "cvc"},
      {R"({"number":"4242424242424242","exp_month":12,"exp_year":2030})", "cvc"},
      {R"({"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"123","name":"a\"b"})", "name"},
      {R"({"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"123","name":"4242424242424242"})", "name"},
  };
  for (const Case& each : cases) EXPECT_THAT(wrong_fields(each.body), ElementsAre(each.field)) << each.body;
  EXPECT_THAT(wrong_fields("4242424242424242"), testing::Contains("body"));
  EXPECT_THAT(
      wrong_fields(R"({"4242424242424242":1,"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"123"})"),
      ElementsAre("body"));
}

TEST(ReadCard, NeverRepeatsWhatWasTyped) {
  const auto card = read_card(
      R"({"number":"4242424242424241","exp_month":99,"exp_year":1999,"cvc":"98765","name":"<4242424242424242>"})",
      test_time);
  std::string told = card.error().to_string();
  for (const FieldViolation& each : card.error().field_violations()) told += each.field + each.description;
  for (const char* typed : {"4242", "99", "98765"}) EXPECT_THAT(told, testing::Not(HasSubstr(typed)));
}

TEST(Expiry, ACardIsGoodThroughTheLastDayOfItsMonthEverywhere) {
  const Timestamp last_moment = *Timestamp::parse("2027-01-01T11:59:59Z");
  EXPECT_FALSE(is_expired(12, 2026, last_moment));
  EXPECT_TRUE(is_expired(12, 2026, last_moment + Duration::seconds(1)));
  EXPECT_FALSE(is_expired(1, 2027, last_moment));
}

TEST(Card, LeavesNothingBehindWhenItGoes) {
  Card card = test_card();
  const Card moved = std::move(card);
  EXPECT_EQ(moved.number, test_number);
  EXPECT_TRUE(card.number.empty());  // NOLINT(bugprone-use-after-move): that is what is promised
  EXPECT_TRUE(card.cvc.empty());
}

}  // namespace
}  // namespace florin::vault
