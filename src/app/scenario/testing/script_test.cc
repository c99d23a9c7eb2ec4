#include "app/scenario/testing/script.h"

#include <gmock/gmock.h>

#include "app/scenario/testing/arguments.h"

namespace florin::app::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(ScriptTest, ReadsWordsNamesAndRows) {
  const auto lines = parse_script(
                         "# A comment.\n"
                         "\n"
                         "create p1 12.50 USD token=tok_success confirm  # at once\n"
                         "  timeline p1 \"it is # done\"\n"
                         "books USD\r\n"
                         "  | bank/main | 1.00 |  |\n"
                         "  | a | | 2.00\n")
                         .value();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].number, 3);
  EXPECT_THAT(lines[0].words, ElementsAre("create", "p1", "12.50", "USD", "confirm"));
  EXPECT_THAT(lines[0].named, ElementsAre(Pair("token", "tok_success")));
  EXPECT_THAT(lines[1].words, ElementsAre("timeline", "p1", "it is # done"));
  EXPECT_THAT(lines[2].rows, ElementsAre(ElementsAre("bank/main", "1.00", ""), ElementsAre("a", "", "2.00")));
}

TEST(ScriptTest, RefusesWhatItCannotRead) {
  for (const auto& [text, why] : {std::pair{"a\n | b |\nc \"d", "line 3"}, std::pair{"| a |", "under nothing"},
                                  std::pair{"a x=1 x=2", "twice"}, std::pair{"x=1", "begins with a word"}}) {
    const auto lines = parse_script(text);
    ASSERT_FALSE(lines.ok()) << text;
    EXPECT_THAT(lines.error().message(), HasSubstr(why));
  }
}

TEST(ArgumentsTest, WhatNobodyTakesIsAnError) {
  const Line line{.number = 1, .words = {"create", "p1", "confirm"}, .named = {{"token", "t"}}, .rows = {}};
  Arguments all(line);
  EXPECT_EQ(all.next("name"), "p1");
  EXPECT_THAT(all.done().error().message(), HasSubstr("'confirm'"));
  EXPECT_TRUE(all.flag("confirm"));
  EXPECT_THAT(all.done().error().message(), HasSubstr("'token='"));
  EXPECT_EQ(all.named("token"), "t");
  EXPECT_TRUE(all.done().ok());
  EXPECT_EQ(all.next("the amount"), "");
  EXPECT_THAT(all.done().error().message(), HasSubstr("the amount is missing"));
}

TEST(ArgumentsTest, AmountsHaveTheDecimalsOfTheirCurrency) {
  EXPECT_EQ(parse_amount("12.50", 2).value(), 1250);
  EXPECT_EQ(parse_amount("1250", 0).value(), 1250);
  EXPECT_EQ(parse_amount("0.005", 3).value(), 5);
  for (const char* wrong : {"12.5", "12", "", ".", "a.bc", "1.2.3", "12.5x"})
    EXPECT_FALSE(parse_amount(wrong, 2).ok()) << wrong;
  EXPECT_EQ(format_amount(1250, 2), "12.50");
  EXPECT_EQ(format_amount(5, 3), "0.005");
  EXPECT_EQ(format_amount(0, 0), "0");
}

TEST(ArgumentsTest, TimesHaveAUnit) {
  EXPECT_EQ(parse_duration("500ms").value(), Duration::milliseconds(500));
  EXPECT_EQ(parse_duration("7d").value(), Duration::days(7));
  for (const char* wrong : {"5", "m", "5 m", "-5m", "5w", ""}) EXPECT_FALSE(parse_duration(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace florin::app::scenario
