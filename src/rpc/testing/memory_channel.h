// MemoryChannel: a client of a handler (a Router, usually) in the same process, without a network. For tests of
// services.
//
//   rpc::Router router;
//   mount(router, my_handler);
//   rpc::MemoryChannel channel(router);
//   PaymentServiceClient client(channel);
//   auto payment = client.get_payment(request);
#pragma once

#include "http/testing/manual_executor.h"
#include "http/testing/memory_transport.h"
#include "rpc/client/client.h"

namespace florin::rpc {

// One thread. A call returns when the handler has answered; handlers may finish on other threads, but time stands
// still.
class MemoryChannel : public Channel {
 public:
  explicit MemoryChannel(http::Handler& handler, ClientOptions options = {});

  Status unary(const MethodSpec& spec, const google::protobuf::Message& request, google::protobuf::Message& response,
               const CallOptions& call) override;

  // Where handlers run.
  http::ManualExecutor& executor() { return executor_; }
  Client& client() { return client_; }
  // What went over the wire in the last call.
  const http::MemoryTransport::Record& last() const { return transport_.last(); }

 private:
  http::ManualExecutor executor_;
  http::MemoryTransport transport_;
  Client client_;
};

}  // namespace florin::rpc
