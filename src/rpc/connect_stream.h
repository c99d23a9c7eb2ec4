// Streaming calls in the Connect protocol. Source: connectrpc.com/docs/protocol, "Streaming RPCs".
#pragma once

#include "rpc/protocol.h"

namespace florin::rpc {

class ConnectStream : public Protocol {
 public:
  std::string_view name() const override { return "connect"; }
  std::string_view http_method() const override { return "POST"; }
  bool carries(const MethodSpec& spec) const override { return spec.stream_type != StreamType::unary; }
  bool accepts(const http::RequestHead& head) const override;
  std::vector<std::string_view> content_types() const override {
    return {"application/connect+proto", "application/connect+json"};
  }
  std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context, const WireOptions& options) const override;
};

// The payload of the last envelope of an answer: the error, if there is one, and the trailing metadata.
std::string end_stream_json(const WireError* error, const http::Headers& trailers, bool readable_details);

}  // namespace florin::rpc
