// How a client makes its calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "rpc/codec.h"
#include "rpc/compression.h"
#include "rpc/wire_error.h"
#include "rpc/wire_options.h"

namespace florin::rpc {

enum class ClientProtocol : std::uint8_t { connect, grpc, grpc_web };

// Makes an Error of what a server sent; the floor above can read its own typed detail here.
using ErrorDecoder = std::function<Error(WireError wire)>;

struct ClientOptions {
  ClientProtocol protocol = ClientProtocol::connect;
  const Codec* codec = &proto_codec();
  const Compression* request_compression = nullptr;  // null: requests go out plain
  // Limits answers, and says from what size on requests are compressed.
  WireOptions wire = {};
  // For unary calls that give none. Nothing: the server's default, and the client waits as long.
  std::optional<Duration> timeout_default = Duration::seconds(30);
  // A GET whose path and query would be longer is sent as POST.
  std::size_t get_bytes_max = 4096;
  // How often a unary call is tried again after its request or the answer got lost on the way: any method where the
  // server cannot have seen the request, and otherwise only one without side effects or that is idempotent. An error
  // that a server answers is never a reason.
  unsigned retries_max = 2;
  // Before the first retry, give or take half of it; twice as long before each further one.
  Duration retry_pause = Duration::milliseconds(50);
  // Default: the server's code and message, reason "remote_error", details as payloads.
  ErrorDecoder error_decoder = {};
  Random* random = &system_random();
  const Clock* clock = &system_clock();
};

}  // namespace florin::rpc
