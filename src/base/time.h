// Points in time and lengths of time, and the clock they come from. Both are integer microseconds, so that they can be
// stored and compared exactly.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin {

// A length of time in microseconds; may be negative.
struct Duration {
  std::int64_t micros = 0;

  static constexpr Duration microseconds(std::int64_t n) { return {n}; }
  static constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000}; }
  static constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
  static constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
  static constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
  static constexpr Duration days(std::int64_t n) { return hours(n * 24); }

  constexpr std::int64_t to_milliseconds() const { return micros / 1'000; }
  constexpr std::int64_t to_seconds() const { return micros / 1'000'000; }

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration other) const { return {micros + other.micros}; }
  constexpr Duration operator-(Duration other) const { return {micros - other.micros}; }
  constexpr Duration operator*(std::int64_t factor) const { return {micros * factor}; }
};

// A point in time in UTC: microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t micros = 0;

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr Timestamp operator+(Duration d) const { return {micros + d.micros}; }
  constexpr Timestamp operator-(Duration d) const { return {micros - d.micros}; }
  constexpr Duration operator-(Timestamp other) const { return {micros - other.micros}; }

  // RFC 3339 in UTC with six decimals: "2026-11-23T11:30:00.000000Z".
  std::string to_string() const;
  // Reads RFC 3339 with "Z" and up to six decimals; nothing for anything else.
  static std::optional<Timestamp> parse(std::string_view text);
};

// Where time comes from. Everything that needs the time is given a Clock, so that a simulator can own it.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time. May step backwards; the engine's lane never lets its own time do so.
  virtual Timestamp now() const = 0;
  // Monotonic time since an arbitrary start, for measuring how long something took.
  virtual Duration elapsed() const = 0;
};

// The machine's clock. Thread-safe; lives for the whole program.
const Clock& system_clock();

}  // namespace florin
