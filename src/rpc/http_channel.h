// HttpChannel: calls a server over plain HTTP/1.1. For the command line, tests and benches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rpc/connect_client.h"

namespace florin::rpc {

struct HttpAddress {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
};

// A channel for one thread at a time, that keeps one connection. It connects at the first call, and again at the next
// call after the connection broke or the server closed it; a request whose connection breaks is not sent again, because
// the server may have served it: the call fails with `unavailable`, or `deadline_exceeded` past the call's timeout.
std::unique_ptr<Channel> http_channel(HttpAddress address, ConnectClientOptions options = {});

}  // namespace florin::rpc
