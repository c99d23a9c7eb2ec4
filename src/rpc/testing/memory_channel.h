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
#include "rpc/connect_client.h"

namespace florin::rpc {

// One thread. A call returns when the handler has answered; handlers may finish on other threads, but time stands
// still.
class MemoryChannel : public Channel {
 public:
  explicit MemoryChannel(http::Handler& handler, ConnectClientOptions options = {});

  Status unary(const MethodSpec& spec, const google::protobuf::Message& request, google::protobuf::Message& response,
               const CallOptions& call) override;

  // Where handlers run.
  http::ManualExecutor& executor() { return executor_; }
  // What went over the wire in the last call.
  const HttpRequest& last_request() const { return last_request_; }
  const HttpAnswer& last_answer() const { return last_answer_; }

 private:
  Result<HttpAnswer> round_trip(HttpRequest request);

  http::Handler& handler_;
  http::ManualExecutor executor_;
  ConnectChannel channel_;
  HttpRequest last_request_;
  HttpAnswer last_answer_;
};

}  // namespace florin::rpc
