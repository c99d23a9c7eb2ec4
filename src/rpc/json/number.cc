#include "rpc/json/number.h"

#include <algorithm>
#include <cstdint>

namespace florin::rpc::json {
namespace {

// A number taken apart: 0.`digits` times ten to the `point`, without leading or trailing zeros.
struct Parts {
  bool negative = false;
  std::string digits;
  std::int64_t point = 0;
};

std::int64_t parse_exponent(std::string_view text) {
  // Far beyond any number that matters, far below an overflow.
  constexpr std::int64_t exponent_max = 1'000'000'000'000;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  for (const char c : text) exponent = std::min(exponent * 10 + (c - '0'), exponent_max);
  return negative ? -exponent : exponent;
}

Parts take_apart(std::string_view number) {
  Parts parts;
  parts.negative = number.starts_with('-');
  if (parts.negative) number.remove_prefix(1);
  const std::size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mantissa_end);
  const std::size_t whole = std::min(mantissa.find('.'), mantissa.size());
  parts.digits = mantissa.substr(0, whole);
  if (whole < mantissa.size()) parts.digits += mantissa.substr(whole + 1);

  const std::size_t zeros = std::min(parts.digits.find_first_not_of('0'), parts.digits.size());
  parts.digits.erase(0, zeros);
  parts.digits.resize(parts.digits.find_last_not_of('0') + 1);
  if (parts.digits.empty()) return parts;
  parts.point = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(zeros);
  if (mantissa_end < number.size()) parts.point += parse_exponent(number.substr(mantissa_end + 1));
  return parts;
}

}  // namespace

std::optional<Decimal> parse_integral(std::string_view number) {
  constexpr std::int64_t digits_max = 20;  // of 2^64 - 1
  Parts parts = take_apart(number);
  if (parts.digits.empty()) return Decimal{};
  if (static_cast<std::int64_t>(parts.digits.size()) > parts.point || parts.point > digits_max) return std::nullopt;
  parts.digits.resize(static_cast<std::size_t>(parts.point), '0');
  Decimal exact{.negative = parts.negative};
  const char* const end = parts.digits.data() + parts.digits.size();
  if (std::from_chars(parts.digits.data(), end, exact.magnitude).ec != std::errc()) return std::nullopt;
  return exact;
}

bool is_huge(std::string_view number) {
  return take_apart(number).point > 0;
}

}  // namespace florin::rpc::json
