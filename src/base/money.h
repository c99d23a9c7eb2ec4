// Money: an amount in the minor unit of an ISO 4217 currency. Always an integer; no floating point comes near it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace florin {

// An ISO 4217 alphabetic code that Florin knows. Value type of three bytes.
class Currency {
 public:
  // Nothing if `code` is not one of the active ISO 4217 codes, upper case.
  static std::optional<Currency> parse(std::string_view code);

  std::string_view code() const { return {letters_.data(), 3}; }
  // Decimal digits of the minor unit: 2 for USD, 0 for JPY, 3 for BHD (ISO 4217 table A.1).
  int exponent() const;

  auto operator<=>(const Currency&) const = default;

 private:
  explicit Currency(std::string_view code) : letters_{code[0], code[1], code[2]} {}
  std::array<char, 3> letters_;
};

// The largest amount one payment or one transfer may carry: 10^15 minor units. Sums of fewer than 9,000 of them fit 64
// bits.
inline constexpr std::int64_t amount_minor_max = 1'000'000'000'000'000;

struct Money {
  Currency currency;
  std::int64_t minor;

  bool operator==(const Money&) const = default;

  // "12.34 USD", for messages to people; never parsed.
  std::string to_string() const;
};

// a + b, or nothing if the sum does not fit.
template <class Integer>
constexpr std::optional<Integer> checked_add(Integer a, Integer b) {
  Integer sum{};
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

// a - b, or nothing if the difference does not fit.
template <class Integer>
constexpr std::optional<Integer> checked_sub(Integer a, Integer b) {
  Integer difference{};
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}

// a * b, or nothing if the product does not fit.
template <class Integer>
constexpr std::optional<Integer> checked_mul(Integer a, Integer b) {
  Integer product{};
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

}  // namespace florin
