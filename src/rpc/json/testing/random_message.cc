#include "rpc/json/testing/random_message.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/binary.h"

namespace florin::rpc::json {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Every NaN reads back as the same one; and -0, which protobuf's own converter loses, is left to other tests.
double random_double(Dice& dice) {
  const auto value = std::bit_cast<double>(dice.number());
  if (value == 0) return 0;
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

float random_float(Dice& dice) {
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(dice.number()));
  if (value == 0) return 0;
  return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
}

void fill(google::protobuf::Value& value, Dice& dice, int depth);

void fill(google::protobuf::Struct& object, Dice& dice, int depth) {
  for (auto left = dice.below(4); left > 0; --left) fill((*object.mutable_fields())[dice.text()], dice, depth);
}

void fill(google::protobuf::ListValue& list, Dice& dice, int depth) {
  for (auto left = dice.below(4); left > 0; --left) fill(*list.add_values(), dice, depth);
}

void fill(google::protobuf::Value& value, Dice& dice, int depth) {
  switch (dice.below(depth > 0 ? 6 : 4)) {
    case 0:
      return value.set_null_value(google::protobuf::NULL_VALUE);
    case 1: {
      const double number = random_double(dice);
      return value.set_number_value(std::isfinite(number) ? number : 0.25);
    }
    case 2:
      return value.set_string_value(dice.text());
    case 3:
      return value.set_bool_value(dice.one_in(2));
    case 4:
      return fill(*value.mutable_struct_value(), dice, depth - 1);
    default:
      return fill(*value.mutable_list_value(), dice, depth - 1);
  }
}

std::int32_t random_nanos(Dice& dice) {
  constexpr std::array<std::int32_t, 4> units = {0, 1'000'000, 1'000, 1};
  const std::int32_t unit = units[dice.below(units.size())];
  return unit == 0 ? 0 : static_cast<std::int32_t>(dice.below(1'000'000'000 / unit)) * unit;
}

void pack(google::protobuf::Any& any, const Message& message) {
  any.set_type_url("type.googleapis.com/" + message.GetDescriptor()->full_name());
  append_binary(message, *any.mutable_value());
}

void fill(google::protobuf::Any& any, Dice& dice, int depth) {
  if (dice.one_in(4)) return;
  if (dice.one_in(3)) {
    google::protobuf::Duration duration;
    fill_at_random(duration, dice, depth);
    return pack(any, duration);
  }
  testing::v1::AllKinds message;
  if (depth > 0) fill_at_random(message, dice, depth - 1);
  pack(any, message);
}

// True if the type has a form of its own, and has been filled.
bool fill_well_known(Message& message, Dice& dice, int depth) {
  const std::string& name = message.GetDescriptor()->full_name();
  if (name == "google.protobuf.Any") {
    fill(dynamic_cast<google::protobuf::Any&>(message), dice, depth);
  } else if (name == "google.protobuf.Value") {
    fill(dynamic_cast<google::protobuf::Value&>(message), dice, depth);
  } else if (name == "google.protobuf.Struct") {
    fill(dynamic_cast<google::protobuf::Struct&>(message), dice, depth);
  } else if (name == "google.protobuf.ListValue") {
    fill(dynamic_cast<google::protobuf::ListValue&>(message), dice, depth);
  } else if (name == "google.protobuf.Timestamp") {
    auto& time = dynamic_cast<google::protobuf::Timestamp&>(message);
    time.set_seconds(static_cast<std::int64_t>(dice.below(315'537'897'600)) - 62'135'596'800);
    time.set_nanos(random_nanos(dice));
  } else if (name == "google.protobuf.Duration") {
    auto& duration = dynamic_cast<google::protobuf::Duration&>(message);
    const int sign = dice.one_in(2) ? -1 : 1;
    duration.set_seconds(sign * static_cast<std::int64_t>(dice.below(dice.one_in(2) ? 3 : 315'576'000'000)));
    duration.set_nanos(sign * random_nanos(dice));
  } else if (name == "google.protobuf.FieldMask") {
    auto& mask = dynamic_cast<google::protobuf::FieldMask&>(message);
    for (const char* path : {"a", "foo_bar", "foo_bar.baz1.x_y"}) {
      if (dice.one_in(2)) mask.add_paths(path);
    }
  } else {
    return false;
  }
  return true;
}

void put(Message& message, const FieldDescriptor* field, Dice& dice, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const auto number = [&]<class T>(T) { return static_cast<T>(dice.number()); };
  const auto set = [&](auto set_one, auto add_one, auto value) {
    field->is_repeated() ? (reflection.*add_one)(&message, field, value)
                         : (reflection.*set_one)(&message, field, value);
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return set(&Reflection::SetInt32, &Reflection::AddInt32, number(std::int32_t{}));
    case FieldDescriptor::CPPTYPE_INT64:
      return set(&Reflection::SetInt64, &Reflection::AddInt64, number(std::int64_t{}));
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(&Reflection::SetUInt32, &Reflection::AddUInt32, number(std::uint32_t{}));
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(&Reflection::SetUInt64, &Reflection::AddUInt64, number(std::uint64_t{}));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return set(&Reflection::SetFloat, &Reflection::AddFloat, random_float(dice));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return set(&Reflection::SetDouble, &Reflection::AddDouble, random_double(dice));
    case FieldDescriptor::CPPTYPE_BOOL:
      return set(&Reflection::SetBool, &Reflection::AddBool, dice.one_in(2));
    case FieldDescriptor::CPPTYPE_STRING:
      return set(&Reflection::SetString, &Reflection::AddString, dice.text());
    case FieldDescriptor::CPPTYPE_ENUM: {
      const bool is_null = field->enum_type()->full_name() == "google.protobuf.NullValue";
      const int value = is_null ? 0 : static_cast<int>(dice.below(6)) - 1;
      return set(&Reflection::SetEnumValue, &Reflection::AddEnumValue, value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      fill_at_random(
          field->is_repeated() ? *reflection.AddMessage(&message, field) : *reflection.MutableMessage(&message, field),
          dice, depth - 1);
  }
}

// Few keys, but none twice.
void put_entries(Message& message, const FieldDescriptor* field, Dice& dice, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* key = field->message_type()->map_key();
  const auto count = 1 + static_cast<int>(dice.below(2));
  for (int i = 0; i < count; ++i) {
    Message& entry = *reflection.AddMessage(&message, field);
    put(entry, field->message_type()->map_value(), dice, depth);
    put(entry, key, dice, depth);
    const Reflection& inside = *entry.GetReflection();
    if (i == 0) continue;
    const Message& before = reflection.GetRepeatedMessage(message, field, 0);
    if (key->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) inside.SetBool(&entry, key, !inside.GetBool(before, key));
    if (entry.ShortDebugString().substr(0, 12) == before.ShortDebugString().substr(0, 12)) {
      reflection.RemoveLast(&message, field);
    }
  }
}

}  // namespace

std::uint64_t Dice::next() {
  // Weyl sequence through a mixing of its bits.
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

std::uint64_t Dice::number() {
  switch (below(5)) {
    case 0:
      return below(20);
    case 1:
      return ~below(3);
    case 2:
      return (std::uint64_t{1} << below(64)) - below(2);
    case 3:
      return below(1'000'000) * 1'000;
    default:
      return next();
  }
}

std::string Dice::text() {
  static constexpr std::array<const char*, 16> pieces = {"a",
                                                         "payment",
                                                         "\"",
                                                         "\\",
                                                         "/",
                                                         "\n",
                                                         "\x01",
                                                         "\x7f",
                                                         "\xc3\xa4",
                                                         "\xe2\x82\xac",
                                                         "\xf0\x9f\x98\x80",
                                                         " ",
                                                         "<",
                                                         "\xe2\x80\xa8",
                                                         "a rather long piece of text",
                                                         "\t"};
  std::string made;
  for (auto left = below(6); left > 0; --left) made += pieces[below(pieces.size())];
  return made;
}

void fill_at_random(Message& message, Dice& dice, int depth) {
  if (fill_well_known(message, dice, depth)) return;
  const auto* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const bool holds_messages = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
    if (holds_messages && depth <= 0) continue;
    if (!dice.one_in(field->containing_type()->field_count() > 10 ? 6 : 2)) continue;
    if (field->is_map()) {
      const bool maps_messages = field->message_type()->map_value()->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (!maps_messages || depth > 0) put_entries(message, field, dice, depth);
    } else {
      const auto count = field->is_repeated() ? dice.below(4) : 1;
      for (std::uint64_t n = 0; n < count; ++n) put(message, field, dice, depth);
    }
  }
}

}  // namespace florin::rpc::json
