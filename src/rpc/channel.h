// Channel: how a client reaches a server. Generated clients stand on it; HttpChannel is the usual one.
#pragma once

#include <google/protobuf/message.h>

#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"
#include "rpc/spec.h"

namespace florin::rpc {

// What came back beside the message.
struct ReplyMetadata {
  http::Headers headers;
  http::Headers trailers;
};

struct CallOptions {
  // Sent to the server as the call's timeout, and kept by the client as well. Nothing: the channel's default.
  std::optional<Duration> timeout = std::nullopt;
  http::Headers headers = {};
  // Call a method without side effects by GET, so that caches can answer.
  bool use_get = false;
  // Where to put headers and trailers of the answer (of an error too), if wanted.
  ReplyMetadata* metadata = nullptr;
};

class Channel {
 public:
  virtual ~Channel() = default;
  // Calls a unary method and waits. `response` is filled on success and must be of the spec's response type. An error
  // of the server keeps its code, message, details (as payloads) and, if the server sent one in its headers, nothing
  // more.
  virtual Status unary(const MethodSpec& spec, const google::protobuf::Message& request,
                       google::protobuf::Message& response, const CallOptions& options) = 0;
};

// What generated clients call.
template <class Response>
Result<Response> call(Channel& channel, const MethodSpec& spec, const google::protobuf::Message& request,
                      const CallOptions& options) {
  Response response;
  RETURN_IF_ERROR(channel.unary(spec, request, response, options));
  return response;
}

}  // namespace florin::rpc
