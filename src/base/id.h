// Identifiers. Nothing in Florin draws an identifier from a random source: a resource's id is the place in the journal
// where it was created, so that a replay makes the same ids.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin {

// The place in the journal that created a resource, and the resource's number within that entry. Unique for ever across
// partitions. 12 bytes: partition (16 bits), entry sequence (48 bits), index (32 bits).
struct Position {
  std::uint64_t partition_and_sequence = 0;
  std::uint32_t index = 0;

  static constexpr Position of(std::uint16_t partition, std::uint64_t sequence, std::uint32_t index) {
    return {(static_cast<std::uint64_t>(partition) << 48) | (sequence & 0xffff'ffff'ffff), index};
  }
  constexpr std::uint16_t partition() const { return static_cast<std::uint16_t>(partition_and_sequence >> 48); }
  constexpr std::uint64_t sequence() const { return partition_and_sequence & 0xffff'ffff'ffff; }

  constexpr auto operator<=>(const Position&) const = default;
};

// The resource kinds that have ids, by prefix. A tag is a type with `prefix`.
template <class Tag>
struct Id {
  Position position;

  constexpr auto operator<=>(const Id&) const = default;
  // True for the default value, which names nothing.
  constexpr bool empty() const { return position == Position{}; }

  // "pay_" and 20 lower-case Crockford base-32 characters.
  std::string to_string() const;
  // Nothing unless `text` is exactly what to_string gives.
  static std::optional<Id> parse(std::string_view text);
};

namespace detail {
std::string format_id(std::string_view prefix, Position position);
std::optional<Position> parse_id(std::string_view prefix, std::string_view text);
}  // namespace detail

template <class Tag>
std::string Id<Tag>::to_string() const {
  return detail::format_id(Tag::prefix, position);
}

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  const auto position = detail::parse_id(Tag::prefix, text);
  if (!position) return std::nullopt;
  return Id{*position};
}

struct TenantTag {
  static constexpr std::string_view prefix = "ten_";
};
using TenantId = Id<TenantTag>;

}  // namespace florin
