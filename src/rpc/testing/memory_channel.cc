#include "rpc/testing/memory_channel.h"

#include "http/testing/memory_exchange.h"

namespace florin::rpc {

MemoryChannel::MemoryChannel(http::Handler& handler, ConnectClientOptions options)
    : handler_(handler),
      channel_([this](HttpRequest request, std::optional<Duration>) { return round_trip(std::move(request)); },
               std::move(options)) {}

Status MemoryChannel::unary(const MethodSpec& spec, const google::protobuf::Message& request,
                            google::protobuf::Message& response, const CallOptions& call) {
  return channel_.unary(spec, request, response, call);
}

Result<HttpAnswer> MemoryChannel::round_trip(HttpRequest request) {
  last_request_ = request;
  request.head.peer = "memory";
  http::MemoryExchange exchange(executor_, std::move(request.head), std::move(request.body));
  exchange.serve(handler_);
  executor_.run_until([&] { return exchange.handler_ended(); });
  if (!exchange.finished()) return unavailable("no_answer", "The handler ended without an answer.");
  last_answer_ = {.head = exchange.head(), .body = exchange.body()};
  return last_answer_;
}

}  // namespace florin::rpc
