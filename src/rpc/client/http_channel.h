// http_channel: a channel to a server over the network, for programs that block: the command line, tests, benches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/client_transport.h"
#include "rpc/channel.h"
#include "rpc/client/client_options.h"

namespace florin::rpc {

struct HttpAddress {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
};

// A thread-safe channel with a thread and pooled connections of its own. It connects at the first call. gRPC takes
// HTTP/2; the other protocols HTTP/1.1.
std::unique_ptr<Channel> http_channel(HttpAddress address, ClientOptions options = {});

// The same with a say in everything. Errors: as http::connect_to.
Result<std::unique_ptr<Channel>> http_channel(http::ClientTransportOptions transport, ClientOptions options);

}  // namespace florin::rpc
