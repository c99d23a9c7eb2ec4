// U128: an unsigned 128-bit number: the id of a ledger account or transfer, and the sums of a balance. Sixteen bytes,
// little-endian in packed records, most significant byte first in keys and events, 32 lower-case hexadecimal digits in
// the API.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/id.h"

namespace florin::ledger {

__extension__ typedef unsigned __int128 Uint128;
__extension__ typedef __int128 Int128;

struct U128 {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  static constexpr U128 of(Uint128 value) {
    return {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)};
  }
  // The id of what was made at `position`. Never zero or all ones, because a journal's sequence starts at 1.
  static constexpr U128 of(Position position) { return {position.index, position.partition_and_sequence}; }
  static constexpr U128 max() { return {~0ull, ~0ull}; }

  constexpr Uint128 value() const { return (static_cast<Uint128>(hi) << 64) | lo; }
  constexpr bool is_zero() const { return (lo | hi) == 0; }

  constexpr bool operator==(const U128&) const = default;
  constexpr std::strong_ordering operator<=>(const U128& other) const {
    if (const auto order = hi <=> other.hi; order != 0) return order;
    return lo <=> other.lo;
  }

  // 32 lower-case hexadecimal digits, most significant first.
  std::string hex() const;
  // Reads exactly 32 lower-case hexadecimal digits; nothing for anything else.
  static std::optional<U128> parse_hex(std::string_view text);

  // 16 bytes whose order is the order of the numbers.
  void append_to(std::string& key) const {
    put_u64_be(key, hi);
    put_u64_be(key, lo);
  }
  std::string bytes() const {
    std::string out;
    append_to(out);
    return out;
  }
  // Reads what append_to wrote; `data` must hold 16 bytes.
  static U128 load(const char* data) { return {load_u64_be(data + 8), load_u64_be(data)}; }

  template <class Hash>
  friend Hash AbslHashValue(Hash hash, const U128& value) {
    return Hash::combine(std::move(hash), value.lo, value.hi);
  }
};

static_assert(sizeof(U128) == 16);

// Decimal digits without leading zeros; a minus sign for negative numbers.
std::string decimal(Uint128 value);
std::string decimal(Int128 value);

}  // namespace florin::ledger
