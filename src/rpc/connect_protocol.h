// The two ways of making a unary call in the Connect protocol: POST, and GET for methods without side effects.
#pragma once

#include "rpc/protocol.h"

namespace florin::rpc {

class ConnectPost : public Protocol {
 public:
  std::string_view name() const override { return "connect"; }
  std::string_view http_method() const override { return "POST"; }
  bool carries(const MethodSpec& spec) const override { return spec.stream_type == StreamType::unary; }
  bool accepts(const http::RequestHead& head) const override;
  std::vector<std::string_view> content_types() const override { return {"application/proto", "application/json"}; }
  std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context, const WireOptions& options) const override;
};

class ConnectGet : public Protocol {
 public:
  std::string_view name() const override { return "connect"; }
  std::string_view http_method() const override { return "GET"; }
  bool carries(const MethodSpec& spec) const override { return spec.allows_get(); }
  bool accepts(const http::RequestHead& head) const override;
  std::vector<std::string_view> content_types() const override { return {}; }
  std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context, const WireOptions& options) const override;
};

}  // namespace florin::rpc
