#include "checkout/terms.h"

#include <gtest/gtest.h>

#include <limits>

#include "checkout/limits.h"

namespace florin::checkout {
namespace {

constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t int64_min = std::numeric_limits<std::int64_t>::min();

struct Item {
  std::int64_t quantity;
  std::int64_t unit_amount_minor;
};

v1::CheckoutTerms terms_with(std::initializer_list<Item> items) {
  v1::CheckoutTerms terms;
  for (const Item& item : items) {
    v1::LineItem& line = *terms.add_line_items();
    line.set_quantity(item.quantity);
    line.set_unit_amount_minor(item.unit_amount_minor);
  }
  return terms;
}

TEST(TotalTest, IsWhatTheItemsCostTogether) {
  EXPECT_EQ(total_of(terms_with({{1, 1}})).value(), 1);
  EXPECT_EQ(total_of(terms_with({{3, 250}, {1, 0}, {2, 99}})).value(), 948) << "a gift costs nothing";
  EXPECT_EQ(total_of(terms_with({{1, amount_max}})).value(), amount_max);
  EXPECT_EQ(total_of(terms_with({{1'000'000, 999'999'999}, {1'000'000, 1}})).value(), amount_max);
}

TEST(TotalTest, NothingAndMoreThanAPaymentMayHaveAreRefused) {
  for (const auto& items : std::initializer_list<std::initializer_list<Item>>{
           {},
           {{1, 0}},
           {{1'000'000, 0}, {5, 0}},
           {{1, amount_max}, {1, 1}},
           {{1, amount_max + 1}},
           {{1'000'000, amount_max}},
           {{int64_max, int64_max}},
           {{1, int64_max}, {1, 1}},
           {{1, int64_max}, {1, int64_max}, {1, 2}},
           {{-1, 5}},
           {{int64_min, 1}},
       }) {
    const auto refused = total_of(terms_with(items));
    ASSERT_FALSE(refused.ok()) << *refused;
    EXPECT_EQ(refused.error().reason(), "amount_out_of_range");
    EXPECT_EQ(refused.error().code(), Code::invalid_argument);
    EXPECT_EQ(refused.error().field_violations().front().field, "terms.line_items");
  }
}

struct Given {
  std::int64_t seconds;
  std::int32_t nanos = 0;
};

Result<std::optional<Duration>> lifetime(const Given& given, Duration at_most) {
  google::protobuf::Duration message;
  message.set_seconds(given.seconds);
  message.set_nanos(given.nanos);
  return lifetime_of(&message, {session_lifetime_default, at_most});
}

TEST(LifetimeTest, ReachesFromFiveMinutesToItsEnd) {
  for (const Duration at_most : {session_lifetime_max, link_lifetime_max}) {
    EXPECT_EQ(lifetime({300}, at_most).value(), lifetime_min);
    EXPECT_EQ(lifetime({at_most.to_seconds()}, at_most).value(), at_most);
    EXPECT_EQ(lifetime({at_most.to_seconds() - 1, 999'999'999}, at_most).value(), at_most - Duration::microseconds(1));
    EXPECT_EQ(lifetime({300, 500'000'000}, at_most).value(), Duration::milliseconds(300'500));
  }
}

TEST(LifetimeTest, AnythingElseIsRefused) {
  const std::int64_t most = session_lifetime_max.to_seconds();
  for (const Given& given :
       {Given{0}, Given{299}, Given{299, 999'999'999}, Given{-300}, Given{-1, -1}, Given{0, 1}, Given{most + 1},
        Given{most, 1'000}, Given{most, 999'999'999}, Given{int64_max}, Given{int64_max, 999'999'999}, Given{int64_min},
        Given{int64_max / 1'000'000}, Given{int64_max / 1'000'000 + 1}, Given{300, -1'000}}) {
    const auto refused = lifetime(given, session_lifetime_max);
    ASSERT_FALSE(refused.ok()) << given.seconds << "s " << given.nanos << "ns";
    EXPECT_EQ(refused.error().reason(), "field_invalid");
    EXPECT_EQ(refused.error().field_violations().front().field, "lifetime");
  }
}

TEST(LifetimeTest, NotGivenMeansWhatTheRuleSays) {
  EXPECT_EQ(lifetime_of(nullptr, {session_lifetime_default, session_lifetime_max}).value(), session_lifetime_default);
  EXPECT_EQ(lifetime_of(nullptr, {std::nullopt, link_lifetime_max}).value(), std::nullopt);
}

}  // namespace
}  // namespace florin::checkout
