#include "cards/card_number.h"

#include <gtest/gtest.h>

#include <string>

namespace florin::cards {
namespace {

struct Known {
  std::string_view number;
  Brand brand;
};

// Numbers that schemes and providers publish for tests.
constexpr Known known[] = {
    {"4242424242424242", Brand::visa},       {"4222222222222", Brand::visa},
    {"5555555555554444", Brand::mastercard}, {"2223003122003222", Brand::mastercard},
    {"378282246310005", Brand::amex},        {"371449635398431", Brand::amex},
    {"6011111111111117", Brand::discover},   {"30569309025904", Brand::diners},
    {"3566002020360505", Brand::jcb},        {"6200000000000005", Brand::unionpay},
    {"6759649826438453", Brand::maestro},    {"6521111111111110", Brand::discover},
};

TEST(CardNumber, KnowsTheBrandsOfPublishedNumbers) {
  for (const Known& each : known) {
    EXPECT_EQ(brand_of(each.number), each.brand) << each.number;
    EXPECT_TRUE(is_card_number(each.number)) << each.number;
    EXPECT_TRUE(has_length(each.brand, each.number.size())) << each.number;
  }
}

TEST(CardNumber, OneWrongDigitIsNoCardNumber) {
  for (const Known& each : known) {
    for (std::size_t i = 0; i < each.number.size(); ++i) {
      std::string wrong(each.number);
      wrong[i] = wrong[i] == '9' ? '0' : static_cast<char>(wrong[i] + 1);
      EXPECT_FALSE(passes_luhn(wrong)) << wrong;
    }
  }
}

TEST(CardNumber, LengthsBelongToBrands) {
  EXPECT_FALSE(has_length(Brand::visa, 15));
  EXPECT_FALSE(has_length(Brand::amex, 16));
  EXPECT_FALSE(has_length(Brand::mastercard, 19));
  EXPECT_TRUE(has_length(Brand::maestro, 12));
  // The right check digit, and a length Visa does not issue.
  EXPECT_TRUE(passes_luhn("424242424242424"));
  EXPECT_FALSE(is_card_number("424242424242424"));
}

TEST(CardNumber, KnowsNoBrandOfOtherRanges) {
  for (const char* digits : {"", "1", "9", "2220999999999999", "2721000000000004", "0000000000000000"}) {
    EXPECT_FALSE(brand_of(digits)) << digits;
    EXPECT_FALSE(is_card_number(digits)) << digits;
  }
  EXPECT_FALSE(passes_luhn(""));
}

TEST(CardNumber, BrandNamesReadBack) {
  for (const Known& each : known) EXPECT_EQ(brand_from_name(brand_name(each.brand)), each.brand);
  EXPECT_EQ(brand_name(Brand::rupay), "rupay");
  EXPECT_FALSE(brand_from_name("Visa"));
  EXPECT_EQ(cvc_digits(Brand::amex), 4u);
  EXPECT_EQ(cvc_digits(Brand::visa), 3u);
}

}  // namespace
}  // namespace florin::cards
