#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/encoding.h"
#include "base/id.h"
#include "base/money.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

namespace florin {
namespace {

TEST(Encoding, RoundTripsEveryAlphabet) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    RC_ASSERT(parse_hex(hex(bytes)) == bytes);
    RC_ASSERT(parse_base64(base64(bytes)) == bytes);
    RC_ASSERT(parse_base64(base64(bytes, false)) == bytes);
    RC_ASSERT(parse_base64url(base64url(bytes)) == bytes);
    RC_ASSERT(parse_base32_crockford(base32_crockford(bytes)) == bytes);
  }));
}

TEST(Encoding, KnownVectors) {
  EXPECT_EQ(base64("foob"), "Zm9vYg==");  // RFC 4648 section 10
  EXPECT_EQ(hex("\x01\xff"), "01ff");
  EXPECT_EQ(parse_hex("01FF"), "\x01\xff");
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283u);
}

TEST(Encoding, RefusesWhatItDoesNotWrite) {
  EXPECT_FALSE(parse_hex("abc"));
  EXPECT_FALSE(parse_base64("Zm9vY===="));
  EXPECT_FALSE(parse_base64("Z"));
  EXPECT_FALSE(parse_base64url("Zm9v+g"));
  EXPECT_FALSE(parse_base64("Zh"));  // non-zero trailing bits
  EXPECT_FALSE(parse_base32_crockford("0U"));
}

TEST(Encoding, BigEndianKeepsOrder) {
  EXPECT_TRUE(rc::check([](std::uint64_t a, std::uint64_t b) {
    std::string x, y;
    put_u64_be(x, a);
    put_u64_be(y, b);
    RC_ASSERT((a < b) == (x < y));
    RC_ASSERT(load_u64_be(x.data()) == a);
  }));
}

TEST(Id, RoundTripsAndRefusesOthers) {
  const TenantId id{Position::of(3, 77, 5)};
  EXPECT_EQ(TenantId::parse(id.to_string()), id);
  EXPECT_EQ(id.to_string().size(), 24u);
  EXPECT_FALSE(TenantId::parse("pay_" + id.to_string().substr(4)));
  EXPECT_FALSE(TenantId::parse(id.to_string() + "0"));
  EXPECT_FALSE(TenantId::parse(""));
  EXPECT_EQ(id.position.partition(), 3);
  EXPECT_EQ(id.position.sequence(), 77u);
}

TEST(Money, KnowsMinorUnits) {
  EXPECT_EQ(Currency::parse("USD")->exponent(), 2);
  EXPECT_EQ(Currency::parse("JPY")->exponent(), 0);
  EXPECT_EQ(Currency::parse("BHD")->exponent(), 3);
  EXPECT_FALSE(Currency::parse("usd"));
  EXPECT_FALSE(Currency::parse("XXX"));
  EXPECT_EQ((Money{*Currency::parse("USD"), -1205}.to_string()), "-12.05 USD");
  EXPECT_EQ((Money{*Currency::parse("BHD"), 1}.to_string()), "0.001 BHD");
}

TEST(Time, RoundTripsRfc3339) {
  EXPECT_EQ(Timestamp{0}.to_string(), "1970-01-01T00:00:00.000000Z");
  EXPECT_TRUE(rc::check([](std::uint32_t seconds, std::uint16_t micros) {
    const Timestamp t{static_cast<std::int64_t>(seconds) * 1'000'000 + micros};
    RC_ASSERT(Timestamp::parse(t.to_string()) == t);
  }));
  EXPECT_FALSE(Timestamp::parse("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(Timestamp::parse("2026-02-03T00:00:00"));
}

TEST(Random, StaysBelowTheBound) {
  for (int i = 0; i < 100; ++i) EXPECT_LT(system_random().below(7), 7u);
}

Task<int> forty_two() {
  co_return 42;
}
Task<int> twice() {
  const int a = co_await forty_two();
  const int b = co_await forty_two();
  co_return a + b;
}

TEST(Task, RunsToItsValue) {
  int got = 0;
  start(twice(), [&](int value) { got = value; });
  EXPECT_EQ(got, 84);
}

Result<int> half(int n) {
  if (n % 2 != 0) return invalid_argument("odd", "Give an even number.");
  return n / 2;
}

Result<int> quarter(int n) {
  ASSIGN_OR_RETURN(const int h, half(n));
  return half(h);
}

TEST(Result, CarriesValueOrError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().reason(), "odd");
}

}  // namespace
}  // namespace florin
