// ClientChannel: the blocking face of a client, on which generated clients stand.
#pragma once

#include "rpc/channel.h"
#include "rpc/client/client.h"

namespace florin::rpc {

// Thread-safe; a call blocks its thread, which must not be the client's own.
class ClientChannel final : public Channel {
 public:
  // `client` outlives the channel.
  explicit ClientChannel(Client& client) : client_(client) {}

  Status unary(const MethodSpec& spec, const google::protobuf::Message& request, google::protobuf::Message& response,
               const CallOptions& call) override;

 private:
  Client& client_;
};

}  // namespace florin::rpc
