#include "rpc/testing/memory_channel.h"

#include <optional>

namespace florin::rpc {

MemoryChannel::MemoryChannel(http::Handler& handler, ClientOptions options)
    : transport_(handler, executor_), client_(transport_, std::move(options)) {}

Status MemoryChannel::unary(const MethodSpec& spec, const google::protobuf::Message& request,
                            google::protobuf::Message& response, const CallOptions& call) {
  std::optional<Status> done;
  start(client_.unary(spec, request, response, call), [&](Status status) { done.emplace(std::move(status)); });
  executor_.run_until([&] { return done.has_value(); });
  // What the handler does after its answer.
  executor_.run();
  return std::move(*done);
}

}  // namespace florin::rpc
