// Numbers between their JSON text and the machine.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace florin::rpc::json {

// A decimal number, exactly: `magnitude` with its sign. Only what fits 64 bits.
struct Decimal {
  bool negative = false;
  std::uint64_t magnitude = 0;
};

// The integer that a JSON number with fraction or exponent stands for; nothing if it stands for none ("1.5"), or for
// one beyond 64 bits.
std::optional<Decimal> parse_integral(std::string_view number);

// `number` must be a number as JSON has it. Nothing unless it is an integer that T holds.
template <std::integral T>
std::optional<T> parse_integer(std::string_view number) {
  T value{};
  const char* const end = number.data() + number.size();
  const auto [stop, fault] = std::from_chars(number.data(), end, value);
  if (fault == std::errc() && stop == end) return value;
  const auto exact = parse_integral(number);
  if (!exact) return std::nullopt;
  if (!exact->negative) {
    return std::in_range<T>(exact->magnitude) ? std::optional(static_cast<T>(exact->magnitude)) : std::nullopt;
  }
  if (exact->magnitude > std::uint64_t{1} << 63) return std::nullopt;
  const auto signed_value = static_cast<std::int64_t>(0 - exact->magnitude);
  return std::in_range<T>(signed_value) ? std::optional(static_cast<T>(signed_value)) : std::nullopt;
}

// True if a JSON number that no floating-point type can hold is too large rather than too small.
bool is_huge(std::string_view number);

// The nearest value of T to `number`, which must be a number as JSON has it; nothing if it is beyond T's range.
template <std::floating_point T>
std::optional<T> parse_floating(std::string_view number) {
  T value{};
  const auto [stop, fault] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (fault == std::errc()) return std::isfinite(value) ? std::optional(value) : std::nullopt;
  if (is_huge(number)) return std::nullopt;
  return number.starts_with('-') ? -T{0} : T{0};
}

template <class T>
void append_number(std::string& out, T value) {
  char digits[std::numeric_limits<double>::max_digits10 + 16];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value);
  out.append(digits, written.ptr);
}

// The shortest text that reads back as `value`; "NaN", "Infinity" and "-Infinity" as strings.
template <std::floating_point T>
void append_floating(std::string& out, T value) {
  if (std::isfinite(value)) return append_number(out, value);
  out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

}  // namespace florin::rpc::json
