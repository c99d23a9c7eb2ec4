// The binary form of messages, field by field, as protobuf has written it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace florin::rpc::json {

// Numbers as in the encoding's specification.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, begin_group = 3, end_group = 4, fixed32 = 5 };

// A field that is absent is one of only zeros.
struct WireField {
  int number = 0;
  WireType type = WireType::varint;
  std::uint64_t bits = 0;    // of the numeric types
  std::string_view bytes{};  // of `bytes`
};

// Only for what our own protobuf has serialized: anything else is a bug.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // The next field; false at the end. Groups, which only unknown fields are, are passed by.
  bool next(WireField& field);
  // The next element of a packed list; false at the end.
  bool next_packed(WireType type, WireField& element);

 private:
  std::uint64_t read_varint();
  std::uint64_t read_fixed(std::size_t size);
  void read_value(WireField& field);
  void pass_group();

  std::string_view rest_;
};

}  // namespace florin::rpc::json
