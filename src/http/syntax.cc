#include "http/syntax.h"

#include <algorithm>
#include <limits>

namespace florin::http {

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_percent_encoded(std::string_view text, CharClass wanted) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(text[i], wanted)) continue;
    if (text[i] != '%' || text.size() - i < 3 || !is(text[i + 1], char_hex) || !is(text[i + 2], char_hex)) return false;
    i += 2;
  }
  return true;
}

bool is_authority(std::string_view text) {
  if (text.empty() || !is_percent_encoded(text, char_host)) return false;
  std::string_view port;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) return true;
    if (rest.front() != ':') return false;
    port = rest.substr(1);
  } else {
    if (text.find_first_of("[]") != std::string_view::npos) return false;
    const std::size_t colon = text.find(':');
    if (colon == 0) return false;
    if (colon == std::string_view::npos) return true;
    port = text.substr(colon + 1);
  }
  return port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

bool list_has(std::string_view list, std::string_view lower_item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), lower_item)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool is_field(std::string_view name, std::string_view value) {
  return is_token(name) && all_are(value, char_value);
}

}  // namespace florin::http
