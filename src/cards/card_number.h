// Card numbers: the check digit (ISO/IEC 7812-1 annex B) and the ranges that the card schemes publish.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace florin::cards {

inline constexpr std::size_t number_digits_min = 12;
inline constexpr std::size_t number_digits_max = 19;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `digits` must be digits only; false for none.
constexpr bool passes_luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int value = (digits[i] - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return !digits.empty() && sum % 10 == 0;
}

// The numbers stand in the vault's files: append only.
enum class Brand : std::uint8_t { amex, diners, discover, jcb, maestro, mastercard, rupay, unionpay, visa };

// "visa": the word in contracts and pages.
std::string_view brand_name(Brand brand);
std::optional<Brand> brand_from_name(std::string_view name);

// By the first digits; nothing for a range that no known scheme issues.
std::optional<Brand> brand_of(std::string_view digits);

// Whether the brand issues numbers of so many digits.
bool has_length(Brand brand, std::size_t digits);

// Digits of the code printed on the card.
constexpr std::size_t cvc_digits(Brand brand) {
  return brand == Brand::amex ? 4 : 3;
}

// A known range, a length of it, and the check digit. `digits` must be digits only.
bool is_card_number(std::string_view digits);

}  // namespace florin::cards
