#include "rpc/codec.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <array>

#include "rpc/json_check.h"
#include "rpc/json_text.h"

namespace florin::rpc {
namespace {

namespace json = google::protobuf::util;
using google::protobuf::Message;

constexpr std::string_view type_prefix = "type.googleapis.com/";
constexpr std::size_t quoted_value_bytes_max = 60;

// Deterministic, so that equal messages can be compared and cached as bytes.
void append_binary(const Message& message, std::string& out) {
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

class ProtoCodec : public Codec {
 public:
  std::string_view name() const override { return "proto"; }
  bool is_text() const override { return false; }

  Status encode(const Message& message, std::string& out) const override {
    append_binary(message, out);
    return ok();
  }

  Status decode(std::string_view bytes, Message& message, const CodecOptions&) const override {
    if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return ok();
    return invalid_argument("invalid_protobuf",
                            fmt::format("The body is not a valid protobuf message of type {}.", message.GetTypeName()));
  }
};

// Cuts at a character's beginning, because values end up in answers.
std::string shortened(std::string_view value) {
  if (value.size() <= quoted_value_bytes_max) return std::string(value);
  std::size_t end = 0;
  while (end < quoted_value_bytes_max) end += std::max<std::size_t>(utf8_length(value.substr(end)), 1);
  return std::string(value.substr(0, end)) + "...";
}

// "TYPE_INT32" and "type.googleapis.com/pkg.Message" as a person would say them.
std::string type_in_words(std::string_view type) {
  if (type.starts_with(type_prefix)) return std::string(type.substr(type_prefix.size()));
  if (!type.starts_with("TYPE_")) return std::string(type);
  std::string word;
  for (const char c : type.substr(5)) word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return word;
}

struct JsonFault {
  std::string field;  // empty where no single field is to blame
  std::string description;
};

// protobuf's converter reports "(path) name: Cannot find field.", "(path): invalid value V for type T", or "name:
// sentence".
JsonFault read_fault(std::string_view text) {
  JsonFault fault;
  if (text.starts_with('(')) {
    const std::size_t close = std::min(text.find(')'), text.size() - 1);
    fault.field = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
  }
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return {fault.field, std::string(text)};
  std::string_view name = text.substr(0, colon);
  const std::string_view sentence = text.substr(colon + 2);
  if (name.starts_with(' ')) name.remove_prefix(1);
  if (!name.empty()) fault.field += (fault.field.empty() ? "" : ".") + shortened(name);

  constexpr std::string_view invalid = "invalid value ";
  const std::size_t type_at = sentence.rfind(" for type ");
  if (sentence == "Cannot find field.") {
    fault.description = "is not a field of this message";
  } else if (sentence.starts_with(invalid) && type_at != std::string_view::npos) {
    const std::string_view value = sentence.substr(invalid.size(), type_at - invalid.size());
    fault.description =
        fault.field.empty()
            ? shortened(value)
            : fmt::format("must be {}, not {}", type_in_words(sentence.substr(type_at + 10)), shortened(value));
  } else {
    fault.description = shortened(sentence);
  }
  return fault;
}

Error invalid_json(std::string_view reported) {
  JsonFault fault = read_fault(reported);
  if (fault.field.empty()) {
    return invalid_argument("invalid_json",
                            fmt::format("The JSON body does not fit the message: {}", fault.description));
  }
  std::string message =
      fmt::format("The JSON body does not fit the message: \"{}\" {}.", fault.field, fault.description);
  return invalid_argument("invalid_json", std::move(message))
      .with_violation(std::move(fault.field), std::move(fault.description));
}

class JsonCodec : public Codec {
 public:
  std::string_view name() const override { return "json"; }
  bool is_text() const override { return true; }

  Status encode(const Message& message, std::string& out) const override {
    // By way of the deterministic binary form: the converter alone would write maps in any order.
    std::string binary;
    append_binary(message, binary);
    std::string text;
    const auto status = json::BinaryToJsonString(resolver(), type_url(message), binary, &text);
    if (!status.ok()) {
      return internal_error("json_encoding_failed", fmt::format("{} has no JSON form.", message.GetTypeName()));
    }
    out += text;
    return ok();
  }

  Status decode(std::string_view bytes, Message& message, const CodecOptions& options) const override {
    if (bytes.empty()) {
      return invalid_argument("invalid_json", "The body is empty. Send a JSON object, {} for an empty message.");
    }
    RETURN_IF_ERROR(check_json(bytes));
    json::JsonParseOptions parse;
    parse.ignore_unknown_fields = options.ignore_unknown_fields;
    std::string binary;
    const auto status = json::JsonToBinaryString(
        resolver(), type_url(message), google::protobuf::StringPiece(bytes.data(), bytes.size()), &binary, parse);
    if (!status.ok()) return invalid_json({status.message().data(), static_cast<std::size_t>(status.message().size())});
    if (!message.ParseFromString(binary)) {
      return invalid_argument("invalid_json", fmt::format("The body is not a valid {}.", message.GetTypeName()));
    }
    return ok();
  }

 private:
  static std::string type_url(const Message& message) {
    return std::string(type_prefix) + message.GetDescriptor()->full_name();
  }
  // Thread-safe, and remembers the types it has resolved; leaked on purpose, as the descriptors it reads are.
  static json::TypeResolver* resolver() {
    static json::TypeResolver* const instance = json::NewTypeResolverForDescriptorPool(
        "type.googleapis.com", google::protobuf::DescriptorPool::generated_pool());
    return instance;
  }
};

}  // namespace

const Codec& proto_codec() {
  static const ProtoCodec codec;
  return codec;
}

const Codec& json_codec() {
  static const JsonCodec codec;
  return codec;
}

const Codec* find_codec(std::string_view name) {
  if (name == "proto") return &proto_codec();
  if (name == "json") return &json_codec();
  return nullptr;
}

}  // namespace florin::rpc
