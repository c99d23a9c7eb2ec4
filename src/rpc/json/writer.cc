#include "rpc/json/writer.h"

#include <fmt/format.h>

#include <bit>

#include "base/encoding.h"
#include "rpc/json/json.h"
#include "rpc/json/number.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {
namespace {

std::int64_t signed_value(const FieldTable& field, std::uint64_t bits) {
  if (!field.is_zigzag) return static_cast<std::int64_t>(bits);
  return static_cast<std::int64_t>((bits >> 1) ^ (0 - (bits & 1)));
}

}  // namespace

bool Writer::open(char bracket) {
  if (++depth_ > depth_max) return fail(fmt::format("it has more than {} levels inside each other", depth_max));
  out_ += bracket;
  return true;
}

bool Writer::close(char bracket) {
  --depth_;
  out_ += bracket;
  return true;
}

bool Writer::fail(std::string why) {
  why_ = std::move(why);
  return false;
}

bool Writer::write_message(const MessageTable& table, std::string_view bytes) {
  if (table.form != Form::plain) return write_form(table, bytes);
  return open('{') && write_members(table, bytes, true) && close('}');
}

// protobuf writes fields in the order of their numbers, elements of a list one behind the other, map entries by key,
// and at the end what it did not know, which has no JSON.
bool Writer::write_members(const MessageTable& table, std::string_view bytes, bool first) {
  WireReader reader(bytes);
  auto field = table.fields.begin();
  const FieldTable* unfinished = nullptr;  // the list or map whose bracket is still open
  for (WireField part; reader.next(part);) {
    while (field != table.fields.end() && field->number < part.number) ++field;
    if (field == table.fields.end() || field->number != part.number) continue;
    const bool is_packed = field->is_list && part.type == WireType::bytes && field->wire_type != WireType::bytes;
    if (part.type != field->wire_type && !is_packed) continue;
    if (unfinished != &*field) {
      if (unfinished != nullptr) close(unfinished->is_map ? '}' : ']');
      unfinished = field->is_list || field->is_map ? &*field : nullptr;
      if (!first) out_ += ',';
      first = false;
      out_ += field->written_name;
      if (unfinished != nullptr && !open(field->is_map ? '{' : '[')) return false;
    } else {
      out_ += ',';
    }
    if (is_packed ? !write_packed(*field, part.bytes) : !write_part(*field, part)) return false;
  }
  return unfinished == nullptr || close(unfinished->is_map ? '}' : ']');
}

bool Writer::write_part(const FieldTable& field, const WireField& part) {
  return field.is_map ? write_entry(field, part.bytes) : write_one(field, part);
}

bool Writer::write_packed(const FieldTable& field, std::string_view bytes) {
  WireReader reader(bytes);
  bool first = true;
  for (WireField element; reader.next_packed(field.wire_type, element); first = false) {
    if (!first) out_ += ',';
    if (!write_one(field, element)) return false;
  }
  return true;
}

bool Writer::write_entry(const FieldTable& field, std::string_view bytes) {
  WireReader reader(bytes);
  WireField key;
  WireField value;
  for (WireField part; reader.next(part);) {
    if (part.number == 1) key = part;
    if (part.number == 2) value = part;
  }
  write_key(field.message->fields[0], key);
  out_ += ':';
  return write_one(field.message->fields[1], value);
}

template <class T>
void Writer::write_quoted(T number) {
  out_ += '"';
  append_number(out_, number);
  out_ += '"';
}

void Writer::write_key(const FieldTable& field, const WireField& key) {
  switch (field.kind) {
    case Kind::int32:
      return write_quoted(static_cast<std::int32_t>(signed_value(field, key.bits)));
    case Kind::int64:
      return write_quoted(signed_value(field, key.bits));
    case Kind::uint32:
    case Kind::uint64:
      return write_quoted(key.bits);
    case Kind::boolean:
      out_ += key.bits != 0 ? "\"true\"" : "\"false\"";
      return;
    default:
      return append_string(out_, key.bytes);
  }
}

void Writer::write_enum(const FieldTable& field, int number) {
  const auto* const value = field.enumeration->type->FindValueByNumber(number);
  if (value == nullptr) return append_number(out_, number);
  out_ += '"';
  out_ += value->name();
  out_ += '"';
}

bool Writer::write_one(const FieldTable& field, const WireField& value) {
  switch (field.kind) {
    case Kind::int32:
      append_number(out_, static_cast<std::int32_t>(signed_value(field, value.bits)));
      break;
    case Kind::int64:
      write_quoted(signed_value(field, value.bits));
      break;
    case Kind::uint32:
      append_number(out_, static_cast<std::uint32_t>(value.bits));
      break;
    case Kind::uint64:
      write_quoted(value.bits);
      break;
    case Kind::float32:
      append_floating(out_, std::bit_cast<float>(static_cast<std::uint32_t>(value.bits)));
      break;
    case Kind::float64:
      append_floating(out_, std::bit_cast<double>(value.bits));
      break;
    case Kind::boolean:
      out_ += value.bits != 0 ? "true" : "false";
      break;
    case Kind::string:
      append_string(out_, value.bytes);
      break;
    case Kind::bytes:
      out_ += '"';
      out_ += base64(value.bytes);
      out_ += '"';
      break;
    case Kind::enumeration:
      write_enum(field, static_cast<int>(value.bits));
      break;
    case Kind::null:
      out_ += "null";
      break;
    case Kind::message:
      return write_message(*field.message, value.bytes);
  }
  return true;
}

}  // namespace florin::rpc::json
