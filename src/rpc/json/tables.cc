#include "rpc/json/tables.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/check.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

Form form_of(const Descriptor& type) {
  static const std::unordered_map<std::string_view, Form> forms = {
      {"google.protobuf.Any", Form::any},
      {"google.protobuf.Empty", Form::empty},
      {"google.protobuf.Timestamp", Form::timestamp},
      {"google.protobuf.Duration", Form::duration},
      {"google.protobuf.FieldMask", Form::field_mask},
      {"google.protobuf.Struct", Form::object},
      {"google.protobuf.Value", Form::value},
      {"google.protobuf.ListValue", Form::list},
      {"google.protobuf.DoubleValue", Form::wrapper},
      {"google.protobuf.FloatValue", Form::wrapper},
      {"google.protobuf.Int64Value", Form::wrapper},
      {"google.protobuf.UInt64Value", Form::wrapper},
      {"google.protobuf.Int32Value", Form::wrapper},
      {"google.protobuf.UInt32Value", Form::wrapper},
      {"google.protobuf.BoolValue", Form::wrapper},
      {"google.protobuf.StringValue", Form::wrapper},
      {"google.protobuf.BytesValue", Form::wrapper},
  };
  const auto found = forms.find(type.full_name());
  return found == forms.end() ? Form::plain : found->second;
}

Kind kind_of(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Kind::int32;
    case FieldDescriptor::CPPTYPE_INT64:
      return Kind::int64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return Kind::uint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return Kind::uint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Kind::float32;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Kind::float64;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Kind::boolean;
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? Kind::bytes : Kind::string;
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->full_name() == "google.protobuf.NullValue" ? Kind::null : Kind::enumeration;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Kind::message;
  }
  CHECK(false, "{} has a type that protobuf does not know", field.full_name());
}

WireType wire_type_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::fixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::fixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::bytes;
    case FieldDescriptor::TYPE_GROUP:
      return WireType::begin_group;
    default:
      return WireType::varint;
  }
}

bool is_zigzag(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_SINT32 || field.type() == FieldDescriptor::TYPE_SINT64;
}

// Tables point at each other and are made under one lock; whoever got one from here may follow all its pointers.
class Tables {
 public:
  const MessageTable& find(const Descriptor& type) {
    const std::lock_guard lock(mutex_);
    return message(type);
  }

 private:
  const MessageTable& message(const Descriptor& type) {
    auto& table = messages_[&type];
    if (table) return *table;
    CHECK(type.file()->pool() == DescriptorPool::generated_pool(), "{} is no generated type", type.full_name());
    // Already found while its fields are filled in, as a type may contain itself.
    table =
        std::make_unique<MessageTable>(MessageTable{.type = &type, .form = form_of(type), .fields = {}, .by_name = {}});
    MessageTable& made = *table;
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
    std::ranges::sort(fields, {}, &FieldDescriptor::number);
    for (const FieldDescriptor* field : fields) made.fields.push_back(describe(*field, made.fields.size()));
    for (const FieldTable& field : made.fields) made.by_name.emplace(field.field->json_name(), &field);
    for (const FieldTable& field : made.fields) made.by_name.emplace(field.field->name(), &field);
    return made;
  }

  FieldTable describe(const FieldDescriptor& field, std::size_t index) {
    FieldTable made{.field = &field,
                    .number = field.number(),
                    .index = index,
                    .kind = kind_of(field),
                    .wire_type = wire_type_of(field),
                    .is_zigzag = is_zigzag(field),
                    .is_list = field.is_repeated() && !field.is_map(),
                    .is_map = field.is_map(),
                    .takes_null = false,
                    .oneof = field.real_containing_oneof(),
                    .message = nullptr,
                    .enumeration = nullptr,
                    .written_name = {}};
    if (made.kind == Kind::message) made.message = &message(*field.message_type());
    if (made.kind == Kind::enumeration) made.enumeration = &enumeration(*field.enum_type());
    made.takes_null = made.kind == Kind::null || (made.message != nullptr && made.message->form == Form::value);
    append_string(made.written_name, field.json_name());
    made.written_name += ':';
    return made;
  }

  const EnumTable& enumeration(const EnumDescriptor& type) {
    auto& table = enums_[&type];
    if (table) return *table;
    table = std::make_unique<EnumTable>(EnumTable{.type = &type, .numbers = {}});
    for (int i = 0; i < type.value_count(); ++i) table->numbers.emplace(type.value(i)->name(), type.value(i)->number());
    return *table;
  }

  std::mutex mutex_;
  std::unordered_map<const Descriptor*, std::unique_ptr<MessageTable>> messages_;
  std::unordered_map<const EnumDescriptor*, std::unique_ptr<EnumTable>> enums_;
};

}  // namespace

const MessageTable& table_of(const Descriptor& type) {
  // Leaked on purpose, as the descriptors it points at are.
  static Tables& tables = *new Tables;
  thread_local std::unordered_map<const Descriptor*, const MessageTable*> known;
  const MessageTable*& table = known[&type];
  if (table == nullptr) table = &tables.find(type);
  return *table;
}

}  // namespace florin::rpc::json
