#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "config/load.h"
#include "florin/config/v1/config.pb.h"

namespace florin::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::string type_name(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "text";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    default:
      return "whole number";
  }
}

void explain_setting(const FieldDescriptor& field, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  const v1::Setting& setting = field.options().GetExtension(v1::setting);
  const bool is_group = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  out += fmt::format("{}{}:", indent, field.name());
  if (is_group) {
    out += field.is_repeated() ? "  # a list\n" : "\n";
  } else {
    out += fmt::format("  # {}{}\n", type_name(field), field.is_repeated() ? ", a list" : "");
  }
  const auto line = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) out += fmt::format("{}  # {}{}\n", indent, label, text);
  };
  line("", setting.why());
  line("unit: ", setting.unit());
  line("default: ", setting.default_value());
  line("range: ", setting.range());
}

void explain_message(const Descriptor& type, int depth, std::string& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    explain_setting(field, depth, out);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) explain_message(*field.message_type(), depth + 1, out);
  }
}

}  // namespace

std::string explain(const Descriptor& type) {
  std::string out =
      "# Every setting of the configuration file. Settings that are no lists can also be set in the environment:\n"
      "# FLORIN_ and the path in upper case, with underscores, as FLORIN_SERVER_LISTEN.\n";
  explain_message(type, 0, out);
  return out;
}

}  // namespace florin::config
