#include "rpc/codec.h"

#include <fmt/format.h>

#include "rpc/json/binary.h"
#include "rpc/json/json.h"

namespace florin::rpc {
namespace {

using google::protobuf::Message;

class ProtoCodec : public Codec {
 public:
  std::string_view name() const override { return "proto"; }
  bool is_text() const override { return false; }

  Status encode(const Message& message, std::string& out) const override {
    json::append_binary(message, out);
    return ok();
  }

  Status decode(std::string_view bytes, Message& message, const CodecOptions&) const override {
    if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return ok();
    return invalid_argument("invalid_protobuf",
                            fmt::format("The body is not a valid protobuf message of type {}.", message.GetTypeName()));
  }
};

class JsonCodec : public Codec {
 public:
  std::string_view name() const override { return "json"; }
  bool is_text() const override { return true; }

  Status encode(const Message& message, std::string& out) const override { return json::write(message, out); }

  Status decode(std::string_view bytes, Message& message, const CodecOptions& options) const override {
    return json::read(bytes, message, {.ignore_unknown = options.ignore_unknown_fields});
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
