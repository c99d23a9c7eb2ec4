// Scalar values.
#include <fmt/format.h>

#include "rpc/json/number.h"
#include "rpc/json/reader.h"
#include "rpc/json/well_known_text.h"

namespace florin::rpc::json {

using google::protobuf::Reflection;

bool Reader::read_one(const FieldTable& field, Message& message, Put put) {
  const Reflection& reflection = *message.GetReflection();
  const bool set = put == Put::set;
  switch (field.kind) {
    case Kind::int32:
      return read_integer(field, message, set ? &Reflection::SetInt32 : &Reflection::AddInt32);
    case Kind::int64:
      return read_integer(field, message, set ? &Reflection::SetInt64 : &Reflection::AddInt64);
    case Kind::uint32:
      return read_integer(field, message, set ? &Reflection::SetUInt32 : &Reflection::AddUInt32);
    case Kind::uint64:
      return read_integer(field, message, set ? &Reflection::SetUInt64 : &Reflection::AddUInt64);
    case Kind::float32:
      return read_floating(field, message, set ? &Reflection::SetFloat : &Reflection::AddFloat);
    case Kind::float64:
      return read_floating(field, message, set ? &Reflection::SetDouble : &Reflection::AddDouble);
    case Kind::boolean:
      return read_boolean(field, message, put);
    case Kind::string:
      return read_text(field, message, put);
    case Kind::bytes:
      return read_bytes(field, message, put);
    case Kind::enumeration:
      return read_enum(field, message, put);
    case Kind::null:
      return read_null(field, message, put);
    case Kind::message:
      break;
  }
  Message* inner =
      set ? reflection.MutableMessage(&message, field.field) : reflection.AddMessage(&message, field.field);
  if (!go_in() || !read_message(*field.message, *inner)) return false;
  go_out();
  return true;
}

bool Reader::find_number(std::string_view& number) {
  const char c = in_.peek();
  if (c == '"') return in_.read_string(number) && is_number(number);
  return (c == '-' || (c >= '0' && c <= '9')) && in_.read_number(number);
}

template <class T>
bool Reader::read_integer(const FieldTable& field, Message& message, Setter<T> put) {
  const Scanner::Mark mark = in_.mark();
  std::string_view number;
  const auto value = find_number(number) ? parse_integer<T>(number) : std::nullopt;
  if (!value) return mismatch(mark, field.field->cpp_type_name());
  (message.GetReflection()->*put)(&message, field.field, *value);
  return true;
}

template <class T>
bool Reader::read_floating(const FieldTable& field, Message& message, Setter<T> put) {
  using Limits = std::numeric_limits<T>;
  const Scanner::Mark mark = in_.mark();
  std::string_view number;
  std::optional<T> value;
  if (find_number(number)) {
    value = parse_floating<T>(number);
  } else if (number == "NaN") {
    value = Limits::quiet_NaN();
  } else if (number == "Infinity") {
    value = Limits::infinity();
  } else if (number == "-Infinity") {
    value = -Limits::infinity();
  }
  if (!value) return mismatch(mark, field.field->cpp_type_name());
  (message.GetReflection()->*put)(&message, field.field, *value);
  return true;
}

bool Reader::read_boolean(const FieldTable& field, Message& message, Put put) {
  const char c = in_.peek();
  if (c != 't' && c != 'f') return mismatch(in_.mark(), "true or false");
  if (!in_.read_word(c == 't' ? "true" : "false")) return false;
  const Reflection& reflection = *message.GetReflection();
  put == Put::set ? reflection.SetBool(&message, field.field, c == 't')
                  : reflection.AddBool(&message, field.field, c == 't');
  return true;
}

bool Reader::read_text(const FieldTable& field, Message& message, Put put) {
  if (in_.peek() != '"') return mismatch(in_.mark(), "string");
  std::string_view text;
  if (!in_.read_string(text)) return false;
  const Reflection& reflection = *message.GetReflection();
  put == Put::set ? reflection.SetString(&message, field.field, std::string(text))
                  : reflection.AddString(&message, field.field, std::string(text));
  return true;
}

bool Reader::read_bytes(const FieldTable& field, Message& message, Put put) {
  constexpr std::string_view wanted = "bytes as base64";
  const char c = in_.peek();
  const Scanner::Mark mark = in_.mark();
  if (c != '"') return mismatch(mark, wanted);
  std::string_view text;
  if (!in_.read_string(text)) return false;
  auto bytes = parse_any_base64(text);
  if (!bytes) return mismatch(mark, wanted);
  const Reflection& reflection = *message.GetReflection();
  put == Put::set ? reflection.SetString(&message, field.field, std::move(*bytes))
                  : reflection.AddString(&message, field.field, std::move(*bytes));
  return true;
}

bool Reader::read_enum(const FieldTable& field, Message& message, Put put) {
  const EnumTable& table = *field.enumeration;
  const char c = in_.peek();
  const Scanner::Mark mark = in_.mark();
  std::optional<int> number;
  if (c == '"') {
    std::string_view name;
    if (!in_.read_string(name)) return false;
    if (const auto found = table.numbers.find(name); found != table.numbers.end()) number = found->second;
    enum_skipped_ = !number && options_.ignore_unknown;
    if (enum_skipped_) return true;
  } else if (std::string_view digits; find_number(digits)) {
    number = parse_integer<std::int32_t>(digits);
  }
  if (!number) return mismatch(mark, table.type->full_name());
  const Reflection& reflection = *message.GetReflection();
  put == Put::set ? reflection.SetEnumValue(&message, field.field, *number)
                  : reflection.AddEnumValue(&message, field.field, *number);
  return true;
}

// NULL_VALUE was once written by its name, and is a number where an enum is read as one.
bool Reader::read_null(const FieldTable& field, Message& message, Put put) {
  const char c = in_.peek();
  const Scanner::Mark mark = in_.mark();
  std::string_view text;
  const bool is_null = c == 'n'   ? in_.read_word("null")
                       : c == '"' ? in_.read_string(text) && text == "NULL_VALUE"
                                  : find_number(text) && parse_integer<std::int32_t>(text) == 0;
  if (!is_null) return mismatch(mark, "null");
  const Reflection& reflection = *message.GetReflection();
  put == Put::set ? reflection.SetEnumValue(&message, field.field, 0)
                  : reflection.AddEnumValue(&message, field.field, 0);
  return true;
}

}  // namespace florin::rpc::json
