#include "rpc/json/number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cstdint>

#include "base/encoding.h"
#include "rpc/json/well_known_text.h"

namespace florin::rpc::json {
namespace {

TEST(JsonNumber, ReadsIntegersHoweverTheyAreWritten) {
  EXPECT_TRUE(rc::check([](std::int64_t value) {
    const std::string plain = std::to_string(value);
    RC_ASSERT(parse_integer<std::int64_t>(plain) == value);
    RC_ASSERT(parse_integer<std::int64_t>(plain + ".000") == value);
    RC_ASSERT(parse_integer<std::int64_t>(plain + "e0") == value);
    RC_ASSERT(parse_integer<std::int64_t>(plain + "000E-3") == value);
    // One digit before the point, as other writers have it.
    const std::size_t digits = plain.size() - (value < 0 ? 1 : 0);
    std::string scientific = plain;
    scientific.insert(plain.size() - digits + 1, ".");
    RC_ASSERT(parse_integer<std::int64_t>(fmt::format("{}0e+{}", scientific, digits - 1)) == value);
    RC_ASSERT(!parse_integer<std::int64_t>(plain + ".5"));
    RC_ASSERT(parse_integer<std::int32_t>(plain).has_value() == std::in_range<std::int32_t>(value));
    RC_ASSERT(parse_integer<std::uint64_t>(plain + "e0").has_value() == (value >= 0));
  }));
}

TEST(JsonNumber, KnowsTheEndsOfEachRange) {
  EXPECT_EQ(parse_integer<std::uint64_t>("18446744073709551615.0"), UINT64_MAX);
  EXPECT_FALSE(parse_integer<std::uint64_t>("18446744073709551616.0"));
  EXPECT_FALSE(parse_integer<std::uint64_t>("1e20"));
  EXPECT_EQ(parse_integer<std::int64_t>("-9223372036854775808.0"), INT64_MIN);
  EXPECT_FALSE(parse_integer<std::int64_t>("-9223372036854775809.0"));
  EXPECT_FALSE(parse_integer<std::int64_t>("9223372036854775808.0"));
  EXPECT_FALSE(parse_integer<std::int64_t>("1e999999999999999999999999"));
  EXPECT_FALSE(parse_integer<std::int64_t>("1e-999999999999999999999999"));
  EXPECT_EQ(parse_integer<std::int64_t>("0e999999999999999999999999"), 0);
  EXPECT_EQ(parse_integer<std::uint32_t>("-0"), 0u);
}

TEST(JsonNumber, ReadsBackTheFloatsItWrites) {
  EXPECT_TRUE(rc::check([](std::uint64_t bits) {
    const auto wide = std::bit_cast<double>(bits);
    const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    RC_PRE(std::isfinite(wide) && std::isfinite(narrow));
    std::string text;
    append_floating(text, wide);
    RC_ASSERT(std::bit_cast<std::uint64_t>(*parse_floating<double>(text)) == bits);
    text.clear();
    append_floating(text, narrow);
    RC_ASSERT(*parse_floating<float>(text) == narrow);
  }));
}

TEST(WellKnownText, ReadsBothAlphabetsOfBase64) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    for (const std::string& text : {base64(bytes), base64(bytes, false), base64url(bytes)}) {
      RC_ASSERT(parse_any_base64(text) == bytes);
    }
  }));
}

TEST(WellKnownText, ReadsBackTheTimesItWrites) {
  EXPECT_TRUE(rc::check([] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(-62'135'596'800, 253'402'300'800);
    const auto nanos = *rc::gen::inRange(0, 1'000'000'000);
    std::string text;
    RC_ASSERT(append_timestamp(text, {seconds, nanos}));
    RC_ASSERT(parse_timestamp(text) == Seconds(seconds, nanos));
    // The same moment told by another clock; not where that one's year would need five digits, or none.
    RC_PRE(seconds > -62'135'500'000 && seconds < 253'402'200'000);
    std::string elsewhere;
    RC_ASSERT(append_timestamp(elsewhere, {seconds + 20'700, nanos}));
    elsewhere.replace(elsewhere.size() - 1, 1, "+05:45");
    RC_ASSERT(parse_timestamp(elsewhere) == Seconds(seconds, nanos));
  }));
}

TEST(WellKnownText, ReadsBackTheDurationsItWrites) {
  EXPECT_TRUE(rc::check([] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 315'576'000'000);
    const auto nanos = *rc::gen::inRange(0, 1'000'000'000);
    for (const int sign : {1, -1}) {
      std::string text;
      RC_ASSERT(append_duration(text, {sign * seconds, sign * nanos}));
      RC_ASSERT(parse_duration(text) == Seconds(sign * seconds, sign * nanos));
    }
  }));
}

}  // namespace
}  // namespace florin::rpc::json
