// Rows as bytes. A row is a protobuf message, written so that equal messages give equal bytes, or a trivially copyable
// struct without padding.
#pragma once

#include <google/protobuf/message_lite.h>

#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/check.h"

namespace florin::store {

template <class Row>
concept MessageRow = std::derived_from<Row, google::protobuf::MessageLite>;
// Padding would be bytes that nobody wrote, and state would differ from its replay.
template <class Row>
concept PackedRow = std::is_trivially_copyable_v<Row> && std::has_unique_object_representations_v<Row>;

// The message's bytes with its maps in key order: protobuf's own order differs from run to run.
std::string encode_message(const google::protobuf::MessageLite& message);

template <class Row>
  requires MessageRow<Row> || PackedRow<Row>
std::string encode_row(const Row& row) {
  if constexpr (MessageRow<Row>) {
    return encode_message(row);
  } else {
    return {reinterpret_cast<const char*>(&row), sizeof(row)};
  }
}

// `bytes` must be what encode_row gave.
template <class Row>
  requires MessageRow<Row> || PackedRow<Row>
Row decode_row(std::string_view bytes) {
  Row row;
  if constexpr (MessageRow<Row>) {
    CHECK(row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  } else {
    CHECK(bytes.size() == sizeof(row));
    std::memcpy(&row, bytes.data(), sizeof(row));
  }
  return row;
}

}  // namespace florin::store
