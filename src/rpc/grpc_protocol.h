// gRPC and gRPC-Web: calls of every kind, with messages in envelopes. They differ in where the status travels at the
// end: in HTTP trailers, or in a last envelope where a browser can read it.
#pragma once

#include "rpc/protocol.h"

namespace florin::rpc {

// Over HTTP/2, and over HTTP/1.1 for a caller that says it reads trailers ("te: trailers").
class Grpc : public Protocol {
 public:
  std::string_view name() const override { return "grpc"; }
  std::string_view http_method() const override { return "POST"; }
  bool carries(const MethodSpec&) const override { return true; }
  bool accepts(const http::RequestHead& head) const override;
  std::vector<std::string_view> content_types() const override {
    return {"application/grpc", "application/grpc+proto", "application/grpc+json"};
  }
  std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context, const WireOptions& options) const override;
};

class GrpcWeb : public Protocol {
 public:
  std::string_view name() const override { return "grpc_web"; }
  std::string_view http_method() const override { return "POST"; }
  bool carries(const MethodSpec&) const override { return true; }
  bool accepts(const http::RequestHead& head) const override;
  std::vector<std::string_view> content_types() const override {
    return {"application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json"};
  }
  std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context, const WireOptions& options) const override;
};

}  // namespace florin::rpc
