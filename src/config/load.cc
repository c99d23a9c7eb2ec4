#include "config/load.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <vector>

namespace florin::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string place(std::string_view name, const YAML::Mark& mark) {
  if (mark.line < 0) return std::string(name);
  return fmt::format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

Error value_invalid(const std::string& where, std::string_view path, std::string_view expected) {
  return invalid_argument("config_value_invalid", fmt::format("{}: {} must be {}.", where, path, expected));
}

std::string known_keys(const Descriptor& type) {
  std::string keys;
  for (int i = 0; i < type.field_count(); ++i) {
    if (i > 0) keys += ", ";
    keys += type.field(i)->name();
  }
  return keys;
}

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Where a value comes from and what it is called.
struct Source {
  std::string where;
  std::string path;
};

Status set_scalar(const Source& source, const FieldDescriptor& field, const std::string& text, Message& message) {
  const auto& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      repeated ? reflection.AddString(&message, &field, text) : reflection.SetString(&message, &field, text);
      return ok();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return value_invalid(source.where, source.path, "true or false");
      reflection.SetBool(&message, &field, text == "true");
      return ok();
    case FieldDescriptor::CPPTYPE_UINT32:
      if (const auto value = parse_integer<std::uint32_t>(text)) {
        reflection.SetUInt32(&message, &field, *value);
        return ok();
      }
      return value_invalid(source.where, source.path, "a whole number, zero or more");
    default:
      return value_invalid(source.where, source.path, "written in the configuration file");
  }
}

class YamlReader {
 public:
  explicit YamlReader(std::string_view name) : name_(name) {}

  Status read(const YAML::Node& node, const std::string& path, Message& message) const {
    if (node.IsNull()) return ok();
    if (!node.IsMap())
      return value_invalid(place(name_, node.Mark()), path.empty() ? "the file" : path, "a map of settings");
    for (const auto& pair : node) RETURN_IF_ERROR(read_key(pair.first, pair.second, path, message));
    return ok();
  }

 private:
  Status read_key(const YAML::Node& key, const YAML::Node& value, const std::string& path, Message& message) const {
    const auto& type = *message.GetDescriptor();
    const std::string name = key.IsScalar() ? key.Scalar() : std::string();
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) {
      return invalid_argument(
          "config_key_unknown",
          fmt::format("{}: there is no setting \"{}\" {}{}; known here: {}.", place(name_, key.Mark()), name,
                      path.empty() ? "at the top" : "in ", path, known_keys(type)));
    }
    const std::string field_path = path.empty() ? name : path + "." + name;
    if (!field->is_repeated()) return read_value(value, field_path, *field, message);
    if (!value.IsSequence()) return value_invalid(place(name_, value.Mark()), field_path, "a list");
    for (const auto& element : value) RETURN_IF_ERROR(read_value(element, field_path, *field, message));
    return ok();
  }

  Status read_value(const YAML::Node& value, const std::string& path, const FieldDescriptor& field,
                    Message& message) const {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const auto& reflection = *message.GetReflection();
      Message* inner =
          field.is_repeated() ? reflection.AddMessage(&message, &field) : reflection.MutableMessage(&message, &field);
      return read(value, path, *inner);
    }
    if (!value.IsScalar()) return value_invalid(place(name_, value.Mark()), path, "a single value");
    return set_scalar({place(name_, value.Mark()), path}, field, value.Scalar(), message);
  }

  std::string_view name_;
};

std::string environment_name(const std::string& path) {
  std::string name = "FLORIN_";
  for (const char c : path) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

// Calls `visit` with the path and field of every setting that holds one value.
void for_each_setting(const Descriptor& type, const std::string& path,
                      const std::function<void(const std::string&, const FieldDescriptor&)>& visit) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string field_path = path.empty() ? field.name() : path + "." + field.name();
    if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      visit(field_path, field);
    } else {
      for_each_setting(*field.message_type(), field_path, visit);
    }
  }
}

}  // namespace

Status load_yaml(std::string_view yaml, std::string_view name, Message& message) {
  // yaml-cpp throws; nothing of it gets out of here.
  try {
    return YamlReader(name).read(YAML::Load(std::string(yaml)), {}, message);
  } catch (const YAML::Exception& e) {
    return invalid_argument("config_unreadable", fmt::format("{}: this is not YAML: {}.", place(name, e.mark), e.msg));
  }
}

Status set_by_path(std::string_view path, std::string_view value, Message& message) {
  Message* target = &message;
  std::string_view rest = path;
  while (true) {
    const std::size_t dot = rest.find('.');
    const auto* field = target->GetDescriptor()->FindFieldByName(std::string(rest.substr(0, dot)));
    if (field == nullptr ||
        (dot == std::string_view::npos) == (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)) {
      return invalid_argument("config_key_unknown", fmt::format("There is no setting \"{}\".", path));
    }
    if (dot == std::string_view::npos) {
      return set_scalar({"given value", std::string(path)}, *field, std::string(value), *target);
    }
    if (field->is_repeated()) return invalid_argument("config_key_unknown", fmt::format("\"{}\" is in a list.", path));
    target = target->GetReflection()->MutableMessage(target, field);
    rest.remove_prefix(dot + 1);
  }
}

Status load_environment(const Lookup& lookup, Message& message) {
  Status result = ok();
  for_each_setting(*message.GetDescriptor(), {}, [&](const std::string& path, const FieldDescriptor& field) {
    if (field.is_repeated() || !result.ok()) return;
    const std::string name = environment_name(path);
    const auto value = lookup(name);
    if (!value) return;
    Status set = set_by_path(path, *value, message);
    if (!set.ok()) result = invalid_argument(set.error().reason(), fmt::format("{}: {}", name, set.error().message()));
  });
  return result;
}

}  // namespace florin::config
