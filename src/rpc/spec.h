// MethodSpec: what the runtime knows about one method of a service. Generated code makes one per method.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "base/error.h"

namespace florin::rpc {

enum class Idempotency : std::uint8_t { unknown, no_side_effects, idempotent };
enum class StreamType : std::uint8_t { unary, client_stream, server_stream, bidi_stream };

// Lives for the whole program; compare by address.
struct MethodSpec {
  std::string procedure;  // "/florin.payments.v1.PaymentService/GetPayment"
  std::string service;    // "florin.payments.v1.PaymentService"
  std::string method;     // "GetPayment"
  StreamType stream_type = StreamType::unary;
  Idempotency idempotency = Idempotency::unknown;
  const google::protobuf::Message* request = nullptr;  // default instances, to make messages from
  const google::protobuf::Message* response = nullptr;
  const google::protobuf::MethodDescriptor* descriptor = nullptr;  // carries the custom options of the method

  bool no_side_effects() const { return idempotency == Idempotency::no_side_effects; }
  // Only such a method can be called by HTTP GET.
  bool allows_get() const { return stream_type == StreamType::unary && no_side_effects(); }
};

// Looks the method up among the generated descriptors by its full name ("pkg.Service.Method").
MethodSpec method_spec(const std::string& full_name, const google::protobuf::Message& request,
                       const google::protobuf::Message& response);

// What a method that nobody wrote answers.
Error unimplemented(const MethodSpec& spec);

}  // namespace florin::rpc
