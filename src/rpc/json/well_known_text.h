// The texts that stand for well-known types in JSON, without quotes: times, lengths of time, field masks, bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin::rpc::json {

// As in google.protobuf.Timestamp and Duration.
struct Seconds {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  bool operator==(const Seconds&) const = default;
};

// RFC 3339 with an offset or "Z" and up to nine decimals, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
// No leap seconds.
std::optional<Seconds> parse_timestamp(std::string_view text);
// In UTC with 0, 3, 6 or 9 decimals. False, and nothing appended, where the value is out of range.
bool append_timestamp(std::string& out, const Seconds& time);

// "1.5s", "-0.000000001s": up to nine decimals, at most 315,576,000,000 seconds either way.
std::optional<Seconds> parse_duration(std::string_view text);
// With 0, 3, 6 or 9 decimals. False, and nothing appended, where the value is out of range or its signs differ.
bool append_duration(std::string& out, const Seconds& duration);

// A path of a field mask, between "foo_bar.baz" and "fooBar.baz". False, with `out` half written, for a path that could
// not be turned back.
bool append_camel_path(std::string& out, std::string_view path);
bool append_snake_path(std::string& out, std::string_view path);

// Base64 of either alphabet, with or without padding. Bits beyond the last whole byte are not looked at, as the
// conformance suite demands.
std::optional<std::string> parse_any_base64(std::string_view text);

}  // namespace florin::rpc::json
