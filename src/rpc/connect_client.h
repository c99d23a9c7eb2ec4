// The client's side of the Connect protocol for unary calls: a channel whose way over the network is given to it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "rpc/channel.h"
#include "rpc/codec.h"
#include "rpc/compression.h"
#include "rpc/protocol.h"
#include "rpc/wire_error.h"

namespace florin::rpc {

// Makes an Error of what a server sent; the floor above can read its own typed detail here.
using ErrorDecoder = std::function<Error(WireError wire)>;

struct ConnectClientOptions {
  const Codec* codec = &proto_codec();
  const Compression* request_compression = nullptr;  // null: requests go out plain
  // Limits answers, and says from what size on requests are compressed.
  WireOptions wire = {};
  // For calls that give none. Nothing: the server's default, and the client waits as long.
  std::optional<Duration> timeout_default = Duration::seconds(30);
  // A GET whose path and query would be longer is sent as POST.
  std::size_t get_bytes_max = 4096;
  // Default: the server's code and message, reason "remote_error", details as payloads.
  ErrorDecoder error_decoder = {};
};

struct HttpRequest {
  http::RequestHead head;  // method, path, query and headers
  std::string body;
};

struct HttpAnswer {
  http::ResponseHead head;
  std::string body;
};

// One HTTP request and its answer. Fails only where there is no answer (`unavailable`, `deadline_exceeded`,
// `canceled`).
using RoundTrip = std::function<Result<HttpAnswer>(HttpRequest request, std::optional<Duration> timeout)>;

// As pure functions, for tests and other kinds of client.
Result<HttpRequest> connect_request(const MethodSpec& spec, const google::protobuf::Message& request,
                                    const CallOptions& call, const ConnectClientOptions& options);
// `response` must be empty.
Status read_connect_answer(HttpAnswer answer, const ConnectClientOptions& options, google::protobuf::Message& response,
                           ReplyMetadata* metadata);

// As thread-safe as its round trip.
class ConnectChannel : public Channel {
 public:
  explicit ConnectChannel(RoundTrip round_trip, ConnectClientOptions options = {})
      : round_trip_(std::move(round_trip)), options_(std::move(options)) {}

  Status unary(const MethodSpec& spec, const google::protobuf::Message& request, google::protobuf::Message& response,
               const CallOptions& call) override;

 private:
  const RoundTrip round_trip_;
  const ConnectClientOptions options_;
};

}  // namespace florin::rpc
