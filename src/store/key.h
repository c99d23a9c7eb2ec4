// Key: builds order-preserving keys. Integers are big-endian; texts end with a zero byte, so "a" sorts before "ab" and
// a text may be followed by more parts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/encoding.h"
#include "base/id.h"
#include "base/time.h"

namespace florin::store {

class Key {
 public:
  Key& u8(std::uint8_t value) {
    put_u8(bytes_, value);
    return *this;
  }
  Key& u16(std::uint16_t value) {
    put_u16_be(bytes_, value);
    return *this;
  }
  Key& u32(std::uint32_t value) {
    put_u32_be(bytes_, value);
    return *this;
  }
  Key& u64(std::uint64_t value) {
    put_u64_be(bytes_, value);
    return *this;
  }
  // Sorts the latest first.
  Key& u64_descending(std::uint64_t value) { return u64(~value); }
  // Times before 1970 are not stored.
  Key& time(Timestamp value) {
    CHECK(value.micros >= 0);
    return u64(static_cast<std::uint64_t>(value.micros));
  }
  Key& position(Position value) { return u64(value.partition_and_sequence).u32(value.index); }
  template <class Tag>
  Key& id(Id<Tag> value) {
    return position(value.position);
  }
  // `value` must not contain a zero byte.
  Key& text(std::string_view value) {
    CHECK(value.find('\0') == std::string_view::npos);
    bytes_ += value;
    bytes_.push_back('\0');
    return *this;
  }
  // Bytes as they are, without an end mark: for fixed sizes, or as the last part (a prefix to scan by, for instance).
  Key& raw(std::string_view value) {
    bytes_ += value;
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// The first key after all keys that start with `prefix`; empty (no end) if there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace florin::store
