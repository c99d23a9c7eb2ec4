#include "rpc/client/client_channel.h"

#include <future>
#include <memory>

namespace florin::rpc {

Status ClientChannel::unary(const MethodSpec& spec, const google::protobuf::Message& request,
                            google::protobuf::Message& response, const CallOptions& call) {
  const auto done = std::make_shared<std::promise<Status>>();
  client_.executor().post([&, done] {
    start(client_.unary(spec, request, response, call), [done](Status status) { done->set_value(std::move(status)); });
  });
  return done->get_future().get();
}

}  // namespace florin::rpc
