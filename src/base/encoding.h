// Bytes and text: big-endian integers (whose byte order is their sort order), hex, base64, base32, and CRC32C.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace florin {

inline void put_u8(std::string& out, std::uint8_t value) {
  out.push_back(static_cast<char>(value));
}

template <class Integer>
void put_be(std::string& out, Integer value) {
  const Integer swapped = std::byteswap(value);
  out.append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}
inline void put_u16_be(std::string& out, std::uint16_t value) {
  put_be(out, value);
}
inline void put_u32_be(std::string& out, std::uint32_t value) {
  put_be(out, value);
}
inline void put_u64_be(std::string& out, std::uint64_t value) {
  put_be(out, value);
}

// Reads an integer at `data`, which must hold its size.
template <class Integer>
Integer load_be(const char* data) {
  Integer value;
  std::memcpy(&value, data, sizeof(value));
  return std::byteswap(value);
}
inline std::uint16_t load_u16_be(const char* data) {
  return load_be<std::uint16_t>(data);
}
inline std::uint32_t load_u32_be(const char* data) {
  return load_be<std::uint32_t>(data);
}
inline std::uint64_t load_u64_be(const char* data) {
  return load_be<std::uint64_t>(data);
}

static_assert(std::endian::native == std::endian::little, "packed layouts are little-endian");

// Lower-case hexadecimal.
std::string hex(std::string_view bytes);
// Nothing unless `text` is an even number of hexadecimal digits (either case).
std::optional<std::string> parse_hex(std::string_view text);

// RFC 4648 base64. The standard alphabet is padded on request; the URL-safe one never is.
std::string base64(std::string_view bytes, bool padded = true);
std::string base64url(std::string_view bytes);
// Accepts padding or none; refuses anything outside the alphabet and non-zero trailing bits.
std::optional<std::string> parse_base64(std::string_view text);
std::optional<std::string> parse_base64url(std::string_view text);

// Crockford base-32 in lower case, most significant bit first, zero-padded on the right.
std::string base32_crockford(std::string_view bytes);
// Reads what base32_crockford writes (lower case only) and refuses non-zero padding bits.
std::optional<std::string> parse_base32_crockford(std::string_view text);

// CRC-32C (Castagnoli, RFC 3720 appendix B.4). `seed` is the value for the bytes before these, 0 at the start.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace florin
