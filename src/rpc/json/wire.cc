#include "rpc/json/wire.h"

#include <cstring>

#include "base/check.h"

namespace florin::rpc::json {

bool WireReader::next(WireField& field) {
  while (!rest_.empty()) {
    const std::uint64_t tag = read_varint();
    field.number = static_cast<int>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    if (field.type != WireType::begin_group) {
      read_value(field);
      return true;
    }
    pass_group();
  }
  return false;
}

bool WireReader::next_packed(WireType type, WireField& element) {
  if (rest_.empty()) return false;
  element.type = type;
  read_value(element);
  return true;
}

void WireReader::read_value(WireField& field) {
  switch (field.type) {
    case WireType::varint:
      field.bits = read_varint();
      return;
    case WireType::fixed64:
      field.bits = read_fixed(8);
      return;
    case WireType::fixed32:
      field.bits = read_fixed(4);
      return;
    case WireType::bytes: {
      const std::uint64_t size = read_varint();
      CHECK(size <= rest_.size(), "{} bytes announced, {} left", size, rest_.size());
      field.bytes = rest_.substr(0, size);
      rest_.remove_prefix(size);
      return;
    }
    default:
      CHECK(false, "wire type {} has no value", static_cast<int>(field.type));
  }
}

// Behind the tag that begins it.
void WireReader::pass_group() {
  for (int open = 1; open > 0;) {
    WireField inside{.type = static_cast<WireType>(read_varint() & 7)};
    if (inside.type == WireType::begin_group) {
      ++open;
    } else if (inside.type == WireType::end_group) {
      --open;
    } else {
      read_value(inside);
    }
  }
}

std::uint64_t WireReader::read_varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return value;
    }
  }
  CHECK(false, "a varint does not end");
}

std::uint64_t WireReader::read_fixed(std::size_t size) {
  CHECK(size <= rest_.size(), "{} bytes left of {}", rest_.size(), size);
  std::uint64_t value = 0;
  std::memcpy(&value, rest_.data(), size);
  rest_.remove_prefix(size);
  return value;
}

}  // namespace florin::rpc::json
