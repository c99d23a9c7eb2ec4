#include "rpc/testing/error_json.h"

#include <google/protobuf/struct.pb.h>

#include "base/encoding.h"
#include "rpc/codec.h"

namespace florin::rpc {
namespace {

using google::protobuf::Value;

const std::string* string_field(const google::protobuf::Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  if (found == object.fields().end() || found->second.kind_case() != Value::kStringValue) return nullptr;
  return &found->second.string_value();
}

bool read_details(const Value& value, std::vector<ErrorPayload>& out) {
  if (value.kind_case() != Value::kListValue) return false;
  for (const Value& item : value.list_value().values()) {
    if (item.kind_case() != Value::kStructValue) return false;
    const std::string* type = string_field(item.struct_value(), "type");
    const std::string* encoded = string_field(item.struct_value(), "value");
    if (type == nullptr || encoded == nullptr) return false;
    auto bytes = parse_base64(*encoded);
    if (!bytes) return false;
    out.push_back({*type, std::move(*bytes)});
  }
  return true;
}

}  // namespace

std::optional<WireError> parse_error_json(std::string_view body) {
  google::protobuf::Struct object;
  if (!json_codec().decode(body, object, {}).ok()) return std::nullopt;
  const std::string* name = string_field(object, "code");
  if (name == nullptr) return std::nullopt;
  const auto code = code_from_name(*name);
  if (!code) return std::nullopt;
  WireError error{.code = *code, .message = {}, .details = {}, .metadata = {}};
  for (const auto& [key, value] : object.fields()) {
    if (key == "message") {
      if (value.kind_case() != Value::kStringValue) return std::nullopt;
      error.message = value.string_value();
    } else if (key == "details" && !read_details(value, error.details)) {
      return std::nullopt;
    }
  }
  return error;
}

}  // namespace florin::rpc
