#include "rpc/json/binary.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace florin::rpc::json {

void append_binary(const google::protobuf::Message& message, std::string& out) {
  const std::size_t before = out.size();
  const std::size_t size = message.ByteSizeLong();
  out.resize(before + size);
  google::protobuf::io::ArrayOutputStream stream(out.data() + before, static_cast<int>(size));
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
}

const google::protobuf::Descriptor* linked_type(std::string_view type_url) {
  const std::size_t slash = type_url.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const std::string name(type_url.substr(slash + 1));
  const auto* const type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr || type->options().map_entry()) return nullptr;
  return type->file()->syntax() == google::protobuf::FileDescriptor::SYNTAX_PROTO3 ? type : nullptr;
}

std::unique_ptr<google::protobuf::Message> new_message(const google::protobuf::Descriptor& type) {
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<google::protobuf::Message>(factory->GetPrototype(&type)->New());
}

}  // namespace florin::rpc::json
