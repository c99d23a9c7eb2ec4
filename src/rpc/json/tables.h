// Tables: what reading and writing JSON needs to know of a message type, worked out once from its descriptor.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rpc/json/wire.h"

namespace florin::rpc::json {

enum class Kind : std::uint8_t {
  int32,
  int64,
  uint32,
  uint64,
  float32,
  float64,
  boolean,
  string,
  bytes,
  enumeration,
  null,  // google.protobuf.NullValue
  message
};

// Which of the mapping's forms a message has. `plain` is an object of its fields.
enum class Form : std::uint8_t { plain, empty, any, timestamp, duration, field_mask, object, value, list, wrapper };

struct MessageTable;

struct EnumTable {
  const google::protobuf::EnumDescriptor* type;
  std::unordered_map<std::string_view, int> numbers;  // by name
};

struct FieldTable {
  const google::protobuf::FieldDescriptor* field;
  int number;
  std::size_t index;   // in MessageTable::fields
  Kind kind;           // of a map: message, its entry
  WireType wire_type;  // of one value
  bool is_zigzag;
  bool is_list;
  bool is_map;
  bool takes_null;  // null is a value of its type
  // Null where the field belongs to none, or only to that of a proto3 optional.
  const google::protobuf::OneofDescriptor* oneof;
  const MessageTable* message;   // of `message`
  const EnumTable* enumeration;  // of `enumeration`
  std::string written_name;      // "\"bigNumber\":"
};

struct MessageTable {
  const google::protobuf::Descriptor* type;
  Form form;
  // In the order of their numbers; of a map's entry, key and value.
  std::vector<FieldTable> fields;
  // By lowerCamelCase name, and by the name of the .proto.
  std::unordered_map<std::string_view, const FieldTable*> by_name;
};

// The table of a type of the generated pool; any other is a bug. It lives for ever. Thread-safe.
const MessageTable& table_of(const google::protobuf::Descriptor& type);

}  // namespace florin::rpc::json
