#include "rpc/spec.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include "base/check.h"

namespace florin::rpc {
namespace {

StreamType stream_type_of(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? StreamType::bidi_stream : StreamType::client_stream;
  }
  return method.server_streaming() ? StreamType::server_stream : StreamType::unary;
}

Idempotency idempotency_of(const google::protobuf::MethodDescriptor& method) {
  using google::protobuf::MethodOptions;
  switch (method.options().idempotency_level()) {
    case MethodOptions::NO_SIDE_EFFECTS:
      return Idempotency::no_side_effects;
    case MethodOptions::IDEMPOTENT:
      return Idempotency::idempotent;
    default:
      return Idempotency::unknown;
  }
}

}  // namespace

MethodSpec method_spec(const std::string& full_name, const google::protobuf::Message& request,
                       const google::protobuf::Message& response) {
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(full_name);
  CHECK(method != nullptr, "the .pb.cc that declares {} is not linked in", full_name);
  const std::string& service = method->service()->full_name();
  return {.procedure = "/" + service + "/" + method->name(),
          .service = service,
          .method = method->name(),
          .stream_type = stream_type_of(*method),
          .idempotency = idempotency_of(*method),
          .request = &request,
          .response = &response,
          .descriptor = method};
}

Error unimplemented(const MethodSpec& spec) {
  return {Code::unimplemented, ErrorDomain::request, "method_not_implemented",
          fmt::format("This server does not implement {}.", spec.procedure.substr(1))};
}

}  // namespace florin::rpc
