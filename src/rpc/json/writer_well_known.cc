// The types that the mapping gives forms of their own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "rpc/json/binary.h"
#include "rpc/json/number.h"
#include "rpc/json/text.h"
#include "rpc/json/well_known_text.h"
#include "rpc/json/writer.h"

namespace florin::rpc::json {
namespace {

// A Timestamp or Duration: both have the same fields.
Seconds seconds_of(std::string_view bytes) {
  WireReader reader(bytes);
  Seconds value;
  for (WireField part; reader.next(part);) {
    if (part.type != WireType::varint) continue;
    if (part.number == 1) value.seconds = static_cast<std::int64_t>(part.bits);
    if (part.number == 2) value.nanos = static_cast<std::int32_t>(part.bits);
  }
  return value;
}

WireField wrapped(const FieldTable& field, std::string_view bytes) {
  WireReader reader(bytes);
  WireField value;
  for (WireField part; reader.next(part);) {
    if (part.number == field.number && part.type == field.wire_type) value = part;
  }
  return value;
}

bool append_quoted(std::string& out, bool (*append)(std::string&, const Seconds&), const Seconds& value) {
  out += '"';
  const bool appended = append(out, value);
  out += '"';
  return appended;
}

}  // namespace

// Reading it again fails for what only code can have put there: text that is not UTF-8, or too many levels.
template <class T>
bool Writer::write_parsed(bool (Writer::*write)(const T&), std::string_view bytes) {
  T message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(fmt::format("a {} could not be read back", message.GetTypeName()));
  }
  return (this->*write)(message);
}

bool Writer::write_form(const MessageTable& table, std::string_view bytes) {
  switch (table.form) {
    case Form::plain:
    case Form::empty:
      return open('{') && write_members(table, bytes, true) && close('}');
    case Form::any:
      return write_parsed(&Writer::write_any, bytes);
    case Form::timestamp:
      return append_quoted(out_, append_timestamp, seconds_of(bytes)) || fail("a time is out of range");
    case Form::duration:
      return append_quoted(out_, append_duration, seconds_of(bytes)) || fail("a duration is out of range");
    case Form::field_mask:
      return write_parsed(&Writer::write_field_mask, bytes);
    case Form::object:
      return write_parsed(&Writer::write_struct, bytes);
    case Form::value:
      return write_parsed(&Writer::write_value, bytes);
    case Form::list:
      return write_parsed(&Writer::write_list_value, bytes);
    case Form::wrapper:
      return write_one(table.fields[0], wrapped(table.fields[0], bytes));
  }
  return false;
}

bool Writer::write_field_mask(const google::protobuf::FieldMask& mask) {
  out_ += '"';
  for (const std::string& path : mask.paths()) {
    if (&path != &mask.paths(0)) out_ += ',';
    if (!append_camel_path(out_, path)) return fail("a field mask has a path that could not be read back");
  }
  out_ += '"';
  return true;
}

bool Writer::write_value(const google::protobuf::Value& value) {
  using google::protobuf::Value;
  switch (value.kind_case()) {
    case Value::kNullValue:
      return out_ += "null", true;
    case Value::kNumberValue:
      if (!std::isfinite(value.number_value())) return fail("a number in a Value is not finite");
      return append_number(out_, value.number_value()), true;
    case Value::kStringValue:
      return append_string(out_, value.string_value()), true;
    case Value::kBoolValue:
      return out_ += value.bool_value() ? "true" : "false", true;
    case Value::kStructValue:
      return write_struct(value.struct_value());
    case Value::kListValue:
      return write_list_value(value.list_value());
    case Value::KIND_NOT_SET:
      break;
  }
  return fail("a Value holds nothing");
}

bool Writer::write_struct(const google::protobuf::Struct& object) {
  if (!open('{')) return false;
  std::vector<std::pair<std::string_view, const google::protobuf::Value*>> fields;
  for (const auto& [name, value] : object.fields()) fields.emplace_back(name, &value);
  std::ranges::sort(fields);
  bool first = true;
  for (const auto& [name, value] : fields) {
    if (!first) out_ += ',';
    first = false;
    append_string(out_, name);
    out_ += ':';
    if (!write_value(*value)) return false;
  }
  return close('}');
}

bool Writer::write_list_value(const google::protobuf::ListValue& list) {
  if (!open('[')) return false;
  bool first = true;
  for (const google::protobuf::Value& value : list.values()) {
    if (!first) out_ += ',';
    first = false;
    if (!write_value(value)) return false;
  }
  return close(']');
}

bool Writer::write_any(const google::protobuf::Any& any) {
  if (!open('{')) return false;
  if (any.type_url().empty()) {
    if (!any.value().empty()) return fail("an Any has a value without a type");
    return close('}');
  }
  const auto* const type = linked_type(any.type_url());
  if (type == nullptr)
    return fail(fmt::format("an Any has the type \"{}\", which is not known", shortened(any.type_url())));
  const auto message = new_message(*type);
  if (!message->ParseFromString(any.value())) return fail(fmt::format("an Any has no valid {}", type->full_name()));
  std::string packed;
  append_binary(*message, packed);
  out_ += "\"@type\":";
  append_string(out_, any.type_url());
  const MessageTable& table = table_of(*type);
  if (table.form == Form::plain || table.form == Form::empty) return write_members(table, packed, false) && close('}');
  out_ += ",\"value\":";
  return write_message(table, packed) && close('}');
}

}  // namespace florin::rpc::json
