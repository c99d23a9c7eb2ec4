#include "cards/find.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "base/random.h"

namespace florin::cards {
namespace {

TEST(FindCardNumber, HoweverItIsWritten) {
  for (const char* text : {
           "4242424242424242",
           "4242 4242 4242 4242",
           "4242-4242-4242-4242",
           "tok_4242_4242_4242_4242",
           "42 42 42 42 42 42 42 42",
           "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
           "4242  4242 - 4242  4242",
           "4242\xc2\xa0"
           "4242\xc2\xa0"
           "4242\xc2\xa0"
           "4242",
           "4242\xe2\x80\x93"
           "4242\xe2\x80\x93"
           "4242\xe2\x80\x93"
           "4242",
           "3782 822463 10005",
           "card: 378282246310005.",
           "x4242424242424242x",
           "order_4242424242424242",
           "\"4242424242424242\"",
           "(5555555555554444)",
           "7 4242 4242 4242 4242 12/30 123",
           "4242424242424242 123",
           "1234 4242424242424242",
           "42424242424242421230123",
           "378282246310005123",
           "pan=4222222222222",
           "4242\t4242\t4242\t4242",
       }) {
    EXPECT_TRUE(holds_card_number(text)) << text;
  }
}

TEST(FindCardNumber, LeavesOtherTextsAlone) {
  for (const char* text : {
           "",
           "4242",
           "4242424242424241",
           "tok_success",
           "2026-11-23T11:30:00.000000Z",
           "1790000000000000000",
           "1790000000",
           "pay_0g0000000000t0000001",
           "00000000-0000-4000-8000-424242424242",
           "42424242-4242-4242-9424-242424242424",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "+49 30 123456",
           "192.168.100.100:8080",
           "a4242424242424242424242424242424242b",
           "v1=ab4242424242424242cdef0123456789ab",
           "sha256:4242424242424242e0d1c2b3a4f5968778695a4b3c2d1e0f4242424242424242",
           "4242/4242/4242/4242",
           "order-4-222222222222",
           "bench-4-242424242424242",
           "4-24242424-2424242",
       }) {
    EXPECT_FALSE(holds_card_number(text)) << text;
  }
}

TEST(FindCardNumber, InUrlsBehindTheirEscapes) {
  EXPECT_TRUE(url_holds_card_number("/pay/4242424242424242"));
  EXPECT_TRUE(url_holds_card_number("pan=%34242424242424242"));
  EXPECT_TRUE(url_holds_card_number("pan=4242+4242+4242+4242"));
  EXPECT_TRUE(url_holds_card_number("pan=4242%204242%204242%204242"));
  EXPECT_FALSE(url_holds_card_number("connect=v1&encoding=json&message=%7B%7D"));
  EXPECT_FALSE(url_holds_card_number("broken=%4"));
}

TEST(FindCardNumber, RandomSecretsAndHashesAreNotTakenForOne) {
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = system_random().bytes(32);
    found += holds_card_number(base64url(bytes));
    found += holds_card_number(base32_crockford(bytes));
    found += holds_card_number(hex(bytes));
  }
  EXPECT_LT(found, 3);
}

}  // namespace
}  // namespace florin::cards
