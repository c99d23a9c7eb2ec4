// Conversions between the ground floor's types and the well-known messages of the contracts.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "base/encoding.h"
#include "base/id.h"
#include "base/time.h"

namespace florin::contracts {

inline google::protobuf::Timestamp to_message(Timestamp time) {
  google::protobuf::Timestamp message;
  std::int64_t seconds = time.micros / 1'000'000;
  std::int64_t micros = time.micros % 1'000'000;
  if (micros < 0) {
    micros += 1'000'000;
    --seconds;
  }
  message.set_seconds(seconds);
  message.set_nanos(static_cast<std::int32_t>(micros * 1'000));
  return message;
}

// Nanoseconds below a microsecond are cut off.
inline Timestamp from_message(const google::protobuf::Timestamp& message) {
  return {message.seconds() * 1'000'000 + message.nanos() / 1'000};
}

inline Duration from_message(const google::protobuf::Duration& message) {
  return {message.seconds() * 1'000'000 + message.nanos() / 1'000};
}

// A position as the 12 bytes that stand in journal records and rows; empty for the default position.
inline std::string to_bytes(Position position) {
  std::string bytes;
  if (position == Position{}) return bytes;
  put_u64_be(bytes, position.partition_and_sequence);
  put_u32_be(bytes, position.index);
  return bytes;
}

// The default position for anything but 12 bytes.
inline Position position_from_bytes(std::string_view bytes) {
  if (bytes.size() != 12) return {};
  return {load_u64_be(bytes.data()), load_u32_be(bytes.data() + 8)};
}

}  // namespace florin::contracts
