#include "telemetry/redact.h"

#include <algorithm>
#include <array>

#include "cards/card_number.h"

namespace florin::telemetry {
namespace {

// Wider than what the API refuses (cards/find.h): any digits that could be a card number, whoever might issue it.
constexpr std::size_t card_digits_min = 13;
constexpr std::size_t card_digits_max = cards::number_digits_max;
constexpr std::array<std::string_view, 4> key_prefixes = {"fl_test_", "fl_live_", "fl_pub_", "fl_platform_"};
constexpr std::size_t key_hint_length = 12;

// The length of the run of digits, spaces and hyphens at the start of `text` that begins and ends with a digit; its
// digits go to `digits`.
std::size_t digit_run(std::string_view text, std::string& digits) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (cards::is_digit(text[i])) {
      digits += text[i];
      length = i + 1;
    } else if ((text[i] != ' ' && text[i] != '-') || i == length + 1) {
      break;
    }
  }
  return length;
}

// Whether the digits are a card number, or, where they are too many for one, hold one.
bool holds_card_number(std::string_view digits) {
  if (digits.size() < card_digits_min) return false;
  if (digits.size() <= card_digits_max) return cards::passes_luhn(digits);
  for (std::size_t start = 0; start + card_digits_min <= digits.size(); ++start) {
    for (std::size_t n = card_digits_min; n <= card_digits_max && start + n <= digits.size(); ++n) {
      if (cards::passes_luhn(digits.substr(start, n))) return true;
    }
  }
  return false;
}

std::size_t key_length(std::string_view text) {
  const bool is_key =
      std::ranges::any_of(key_prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
  if (!is_key) return 0;
  const std::size_t end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const std::size_t length = key_length(text); length > key_hint_length) {
      out.append(text.substr(0, key_hint_length)).append("[redacted]");
      text.remove_prefix(length);
      continue;
    }
    if (cards::is_digit(text.front())) {
      std::string digits;
      const std::size_t length = digit_run(text, digits);
      out += holds_card_number(digits) ? std::string_view("[redacted]") : text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace florin::telemetry
