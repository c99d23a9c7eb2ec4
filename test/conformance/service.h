// The server's side of the Connect conformance suite: every request says how it is to be answered.
#pragma once

#include "connectrpc/conformance/v1/service.connect.h"

namespace florin::conformance {

namespace suite = ::connectrpc::conformance::v1;

class Service final : public suite::ConformanceServiceHandler {
 public:
  Task<Result<suite::UnaryResponse>> unary(const suite::UnaryRequest& request, rpc::Context& context) override;
  Task<Result<suite::IdempotentUnaryResponse>> idempotent_unary(const suite::IdempotentUnaryRequest& request,
                                                                rpc::Context& context) override;
  Task<Result<suite::ClientStreamResponse>> client_stream(rpc::Receiver<suite::ClientStreamRequest>& requests,
                                                          rpc::Context& context) override;
  Task<Status> server_stream(const suite::ServerStreamRequest& request,
                             rpc::Sender<suite::ServerStreamResponse>& responses, rpc::Context& context) override;
  Task<Status> bidi_stream(rpc::Receiver<suite::BidiStreamRequest>& requests,
                           rpc::Sender<suite::BidiStreamResponse>& responses, rpc::Context& context) override;
};

}  // namespace florin::conformance
