#include "rpc/json/text.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace florin::rpc::json {
namespace {

constexpr std::size_t quoted_bytes_max = 60;
constexpr std::uint64_t each_byte = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x80 * each_byte;

// A bit in each byte that is zero; above the first such byte there may be wrong ones.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - each_byte) & ~word & high_bits;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

bool is_plain(char c) {
  return c >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view values = "\"\\\b\f\n\r\t";
  constexpr std::string_view names = "\"\\bfnrt";
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  if (const std::size_t found = values.find(c); found != std::string_view::npos) {
    out += names[found];
  } else {
    out.append("u00").append({digits[(c >> 4) & 0xf], digits[c & 0xf]});
  }
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text.size() > 1 ? text[1] : 0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return is_continuation(text, 1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    // No overlong forms, no surrogates.
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
    return is_continuation(text, 1) && is_continuation(text, 2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    // Up to U+10FFFF.
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
    return is_continuation(text, 1) && is_continuation(text, 2) && is_continuation(text, 3) ? 4 : 0;
  }
  return 0;
}

const char* plain_end(const char* at, const char* end) {
  while (end - at >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    const std::uint64_t controls = (word - 0x20 * each_byte) & ~word & high_bits;
    const std::uint64_t special =
        (word & high_bits) | controls | zero_bytes(word ^ ('"' * each_byte)) | zero_bytes(word ^ ('\\' * each_byte));
    if (special != 0) return at + std::countr_zero(special) / 8;
    at += 8;
  }
  while (at != end && is_plain(*at)) ++at;
  return at;
}

void append_string(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  out += '"';
  while (at != end) {
    const char* const stop = plain_end(at, end);
    out.append(at, stop);
    at = stop;
    if (at == end) break;
    const std::size_t length = utf8_length({at, static_cast<std::size_t>(end - at)});
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (length == 1) {
      append_escaped(out, *at);
    } else {
      out.append(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

std::string shortened(std::string_view text) {
  if (text.size() <= quoted_bytes_max) return std::string(text);
  std::size_t end = 0;
  while (end < quoted_bytes_max) end += std::max<std::size_t>(utf8_length(text.substr(end)), 1);
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace florin::rpc::json
