// The character classes and field syntax of RFC 9110 and RFC 9112.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin::http {

enum CharClass : std::uint8_t {
  char_token = 1,  // tchar, RFC 9110 section 5.6.2
  char_value = 2,  // field-vchar, space and tab, RFC 9110 section 5.5
  char_path = 4,   // pchar and "/" without "%", RFC 3986 section 3.3
  char_query = 8,  // what browsers leave as it is in a query: visible ASCII but " # < > and "%"
  char_host = 16,  // reg-name, IP literals and a port, without "%"
  char_hex = 32,
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view chars, std::uint8_t bits) {
    for (const char c : chars) classes[static_cast<std::uint8_t>(c)] |= bits;
  };
  const std::string_view alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  add(alphanumeric, char_token | char_path | char_host);
  add("!#$%&'*+-.^_`|~", char_token);
  add("-._~!$&'()*+,;=:@/", char_path);
  add("-._~!$&'()*+,;=:[]", char_host);
  add("0123456789abcdefABCDEF", char_hex);
  for (int c = 0x20; c < 0x100; ++c) {
    if (c != 0x7f) classes[static_cast<std::size_t>(c)] |= char_value;
  }
  classes['\t'] |= char_value;
  for (int c = 0x21; c < 0x7f; ++c) {
    if (std::string_view("\"#<>%").find(static_cast<char>(c)) == std::string_view::npos) {
      classes[static_cast<std::size_t>(c)] |= char_query;
    }
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> char_classes = make_char_classes();

}  // namespace detail

constexpr bool is(char c, CharClass wanted) {
  return (detail::char_classes[static_cast<std::uint8_t>(c)] & wanted) != 0;
}

constexpr bool all_are(std::string_view text, CharClass wanted) {
  for (const char c : text) {
    if (!is(c, wanted)) return false;
  }
  return true;
}

// A non-empty token.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && all_are(text, char_token);
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// `lower_text` must be lower case already.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower_text) {
  if (text.size() != lower_text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_text[i]) return false;
  }
  return true;
}

std::string to_lower(std::string_view text);

// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

// Characters of `wanted`, with "%" only before two hexadecimal digits.
bool is_percent_encoded(std::string_view text, CharClass wanted);

// Host and authority: not empty, no user information (RFC 9110 section 4.2.4), and a port of digits.
bool is_authority(std::string_view text);

// A decimal number without sign, space or overflow; nothing otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

// True where the comma-separated list holds `lower_item`, in any case.
bool list_has(std::string_view list, std::string_view lower_item);

// A field that may be sent: a token as name, and a value without control characters.
bool is_field(std::string_view name, std::string_view value);

}  // namespace florin::http
