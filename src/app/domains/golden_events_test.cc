// Every type of event that a journal may hold, as bytes that must be read for ever: test/golden/events/<name>.txt holds
// records of it, the oldest first, each with the text that it must read as.
//
// A field that changes its number, type or name, or goes away, makes a record read otherwise, and fails here. A new
// field must be in the last record of its event: UPDATE_GOLDEN=1 adds a record and touches none that is there.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "app/domains/domains.h"
#include "base/encoding.h"
#include "florin/checkout/v1/events.pb.h"
#include "florin/common/v1/options.pb.h"
#include "florin/engine/v1/events.pb.h"
#include "florin/journal/v1/entry.pb.h"
#include "florin/ledger/v1/events.pb.h"
#include "florin/operators/v1/events.pb.h"
#include "florin/payments/v1/events.pb.h"
#include "florin/tenants/v1/events.pb.h"

namespace florin::app {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view record_mark = "=== record";
constexpr std::string_view text_mark = "=== reads as";
constexpr std::size_t hex_width = 120;

// ---- filling a message: every field, with values that tell fields apart ----

void fill(Message& message, int depth);

void fill_one(Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& to = *message.GetReflection();
  const bool many = field.is_repeated();
  const int n = field.number();
  const std::string text = field.name();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? to.AddInt32(&message, &field, 1'000 + n) : to.SetInt32(&message, &field, 1'000 + n);
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? to.AddInt64(&message, &field, 1'000'000 + n) : to.SetInt64(&message, &field, 1'000'000 + n);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? to.AddUInt32(&message, &field, 2'000u + n) : to.SetUInt32(&message, &field, 2'000u + n);
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? to.AddUInt64(&message, &field, 2'000'000u + n) : to.SetUInt64(&message, &field, 2'000'000u + n);
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? to.AddBool(&message, &field, true) : to.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? to.AddString(&message, &field, text) : to.SetString(&message, &field, text);
    case FieldDescriptor::CPPTYPE_ENUM: {
      // The newest value stands for all of them; an older record holds the one that was the newest then.
      const auto* value = field.enum_type()->value(field.enum_type()->value_count() - 1);
      return many ? to.AddEnum(&message, &field, value) : to.SetEnum(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill(many ? *to.AddMessage(&message, &field) : *to.MutableMessage(&message, &field), depth + 1);
    default:
      ADD_FAILURE() << field.full_name() << ": floating point has no place in an event";
  }
}

void fill(Message& message, int depth) {
  ASSERT_LT(depth, 10) << "events do not nest without end";
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) fill_one(message, *type.field(i), depth);
}

// ---- records ----

struct Golden {
  journal::v1::EventRecord record;
  std::string text;
};

std::string read_as(const journal::v1::EventRecord& record, const Message& event) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(event, &text);
  return "type: " + std::to_string(record.type()) + "\nsubject: \"" + record.subject() + "\"\n" + text;
}

bool has_unknown_fields(const Message& message) {
  const Reflection& of = *message.GetReflection();
  if (!of.GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  of.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? of.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& part =
          field->is_repeated() ? of.GetRepeatedMessage(message, field, i) : of.GetMessage(message, field);
      if (has_unknown_fields(part)) return true;
    }
  }
  return false;
}

std::string golden_path(const std::string& name) {
  const char* root = std::getenv("FLORIN_ROOT");
  return std::string(root == nullptr ? "." : root) + "/test/golden/events/" + name + ".txt";
}

std::vector<Golden> read_golden(const std::string& path) {
  std::vector<Golden> all;
  std::string digits;
  std::string* into = nullptr;
  const auto end_record = [&] {
    if (all.empty()) return;
    const auto bytes = parse_hex(digits);
    EXPECT_TRUE(bytes && all.back().record.ParseFromString(*bytes)) << path << ": record " << all.size();
    digits.clear();
  };
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line == record_mark) {
      end_record();
      all.emplace_back();
      into = nullptr;
    } else if (line == text_mark) {
      into = &all.back().text;
    } else if (into != nullptr) {
      *into += line + "\n";
    } else {
      digits += line;
    }
  }
  end_record();
  return all;
}

void append_golden(const std::string& path, const Golden& golden) {
  const std::string digits = hex(golden.record.SerializeAsString());
  std::ofstream file(path, std::ios::app);
  file << record_mark << "\n";
  for (std::size_t i = 0; i < digits.size(); i += hex_width) file << digits.substr(i, hex_width) << "\n";
  file << text_mark << "\n" << golden.text;
}

Golden fresh(const Message& filled, std::uint32_t type) {
  Golden golden;
  golden.record.set_type(type);
  golden.record.set_subject("subject");
  golden.record.set_payload(filled.SerializeAsString());
  golden.text = read_as(golden.record, filled);
  return golden;
}

// ---- the tests, one for each type of event ----

std::vector<const Descriptor*> event_types() {
  std::vector<const Descriptor*> types;
  for (const Message* of_domain : std::initializer_list<const Message*>{
           &engine::v1::PartitionStarted::default_instance(), &tenants::v1::TenantCreated::default_instance(),
           &ledger::v1::AccountsCreated::default_instance(), &payments::v1::PaymentCreated::default_instance(),
           &operators::v1::OperatorInvited::default_instance(), &checkout::v1::SessionCreated::default_instance()}) {
    const auto* file = of_domain->GetDescriptor()->file();
    for (int i = 0; i < file->message_type_count(); ++i) {
      if (file->message_type(i)->options().HasExtension(common::v1::event)) types.push_back(file->message_type(i));
    }
  }
  return types;
}

class GoldenEventTest : public testing::TestWithParam<const Descriptor*> {};

TEST_P(GoldenEventTest, ReadsAsItAlwaysDid) {
  const auto& rules = GetParam()->options().GetExtension(common::v1::event);
  const Message& prototype = *google::protobuf::MessageFactory::generated_factory()->GetPrototype(GetParam());
  const std::unique_ptr<Message> filled(prototype.New());
  fill(*filled, 0);
  const Golden now = fresh(*filled, rules.type());
  const std::string path = golden_path(rules.name());
  std::vector<Golden> all = read_golden(path);
  const char* flag = std::getenv("UPDATE_GOLDEN");
  const bool updates = flag != nullptr && std::string_view(flag) == "1";
  if (updates && (all.empty() || all.back().text != now.text)) {
    append_golden(path, now);
    all.push_back(now);
  }
  ASSERT_FALSE(all.empty()) << path << " is not there: run with UPDATE_GOLDEN=1";
  for (const Golden& golden : all) {
    const std::unique_ptr<Message> event(prototype.New());
    ASSERT_EQ(golden.record.type(), rules.type()) << "an event keeps its number";
    ASSERT_TRUE(event->ParseFromString(golden.record.payload()));
    EXPECT_FALSE(has_unknown_fields(*event)) << "a field that was written is not known any more";
    EXPECT_EQ(read_as(golden.record, *event), golden.text);
  }
  EXPECT_EQ(all.back().text, now.text) << "the event has a new field or value: run with UPDATE_GOLDEN=1";
}

INSTANTIATE_TEST_SUITE_P(All, GoldenEventTest, testing::ValuesIn(event_types()), [](const auto& info) {
  std::string name = info.param->options().GetExtension(common::v1::event).name();
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(GoldenEventsTest, EveryTypeIsKnownToTheEngineUnderItsName) {
  const payments::Settings settings = payment_settings("https://pay.test");
  const checkout::Settings checkout_settings{settings, {}};
  engine::Registry registry;
  register_domains(registry, checkout_settings);
  for (const Descriptor* type : event_types()) {
    const auto& rules = type->options().GetExtension(common::v1::event);
    const auto* known = registry.event_type(rules.type());
    ASSERT_NE(known, nullptr) << type->full_name();
    EXPECT_EQ(known->name, rules.name());
    EXPECT_EQ(known->prototype->GetDescriptor(), type);
  }
}

}  // namespace
}  // namespace florin::app
