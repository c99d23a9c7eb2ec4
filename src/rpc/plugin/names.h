// How names of a .proto appear in C++. The same rules as protoc's own C++ generator, so that both outputs fit together.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace florin::rpc::plugin {

// "GetPayment" -> "get_payment", "GetURLInfo" -> "get_url_info"; a C++ keyword gets a "_" behind it ("Delete" ->
// "delete_").
std::string snake_case(std::string_view name);

// "florin.payments.v1" -> "florin::payments::v1".
std::string cpp_namespace(std::string_view package);

// The generated class: "GetPaymentRequest" (nested: "Outer_Inner") in the file's own package, "::other::v1::Message"
// elsewhere.
std::string cpp_class(const google::protobuf::Descriptor& message, const google::protobuf::FileDescriptor& file);

// "florin/payments/v1/payments.proto" -> "florin/payments/v1/payments".
std::string without_proto_suffix(std::string_view path);

}  // namespace florin::rpc::plugin
