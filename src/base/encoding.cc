#include "base/encoding.h"

#include <nmmintrin.h>

#include <array>

namespace florin {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64_url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view crockford = "0123456789abcdefghjkmnpqrstvwxyz";

constexpr std::array<std::int8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

// Groups the bits of `bytes` into digits of `Bits` bits, the last one filled with zeros.
template <int Bits>
std::string encode_bits(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() * 8 + Bits - 1) / Bits);
  std::uint32_t pending = 0;
  int count = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= Bits; count -= Bits) {
      text.push_back(alphabet[(pending >> (count - Bits)) & ((1u << Bits) - 1)]);
    }
  }
  if (count > 0) text.push_back(alphabet[(pending << (Bits - count)) & ((1u << Bits) - 1)]);
  return text;
}

template <int Bits>
std::optional<std::string> decode_bits(std::string_view text, const std::array<std::int8_t, 256>& table) {
  std::string bytes;
  bytes.reserve(text.size() * Bits / 8);
  std::uint32_t pending = 0;
  int count = 0;
  for (const char c : text) {
    const std::int8_t digit = table[static_cast<unsigned char>(c)];
    if (digit < 0) return std::nullopt;
    pending = (pending << Bits) | static_cast<std::uint8_t>(digit);
    count += Bits;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((pending >> count) & 0xff));
    }
  }
  const bool leftover_is_zero = (pending & ((1u << count) - 1)) == 0;
  if (!leftover_is_zero || count >= Bits) return std::nullopt;
  return bytes;
}

std::optional<std::string> decode_base64(std::string_view text, const std::array<std::int8_t, 256>& table) {
  if (text.size() % 4 == 0) {
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  return decode_bits<6>(text, table);
}

}  // namespace

std::string hex(std::string_view bytes) {
  return encode_bits<4>(bytes, hex_digits);
}

std::optional<std::string> parse_hex(std::string_view text) {
  static constexpr auto table = [] {
    auto lower = reverse(hex_digits);
    for (char c = 'A'; c <= 'F'; ++c) lower[static_cast<unsigned char>(c)] = static_cast<std::int8_t>(c - 'A' + 10);
    return lower;
  }();
  if (text.size() % 2 != 0) return std::nullopt;
  return decode_bits<4>(text, table);
}

std::string base64(std::string_view bytes, bool padded) {
  std::string text = encode_bits<6>(bytes, base64_standard);
  while (padded && text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::string base64url(std::string_view bytes) {
  return encode_bits<6>(bytes, base64_url);
}

std::optional<std::string> parse_base64(std::string_view text) {
  static constexpr auto table = reverse(base64_standard);
  return decode_base64(text, table);
}

std::optional<std::string> parse_base64url(std::string_view text) {
  static constexpr auto table = reverse(base64_url);
  return decode_base64(text, table);
}

std::string base32_crockford(std::string_view bytes) {
  return encode_bits<5>(bytes, crockford);
}

std::optional<std::string> parse_base32_crockford(std::string_view text) {
  static constexpr auto table = reverse(crockford);
  return decode_bits<5>(text, table);
}

namespace {

std::uint32_t crc32c_table(std::string_view bytes, std::uint32_t crc) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) ? (c >> 1) ^ 0x82f63b78u : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  for (const char b : bytes) crc = table[(crc ^ static_cast<unsigned char>(b)) & 0xff] ^ (crc >> 8);
  return crc;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes, std::uint32_t crc) {
  const char* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint64_t wide = crc;
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; n > 0; --n, ++p) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*p));
  return crc;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
  static const bool hardware = __builtin_cpu_supports("sse4.2");
  return ~(hardware ? crc32c_sse42(bytes, ~seed) : crc32c_table(bytes, ~seed));
}

}  // namespace florin
