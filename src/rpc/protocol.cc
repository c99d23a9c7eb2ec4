#include "rpc/protocol.h"

#include "rpc/connect_protocol.h"
#include "rpc/connect_stream.h"
#include "rpc/grpc_protocol.h"

namespace florin::rpc {

std::vector<std::unique_ptr<Protocol>> protocols() {
  std::vector<std::unique_ptr<Protocol>> all;
  all.push_back(std::make_unique<ConnectPost>());
  all.push_back(std::make_unique<ConnectGet>());
  all.push_back(std::make_unique<ConnectStream>());
  all.push_back(std::make_unique<Grpc>());
  all.push_back(std::make_unique<GrpcWeb>());
  return all;
}

}  // namespace florin::rpc
