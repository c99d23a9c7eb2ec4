// The gRPC protocol, as pure functions between HTTP and messages: no I/O, no state. gRPC-Web shares most of it.
// Sources: grpc.github.io, "gRPC over HTTP2" and "gRPC Web".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"
#include "rpc/enveloped_call.h"
#include "rpc/wire_error.h"

namespace florin::rpc {

// How the two protocols are named in content types.
struct GrpcFamily {
  std::string_view bare;  // means protobuf
  std::string_view kind;  // goes before the codec's name
};
inline constexpr GrpcFamily grpc_family{.bare = "application/grpc", .kind = "grpc+"};
inline constexpr GrpcFamily grpc_web_family{.bare = "application/grpc-web", .kind = "grpc-web+"};

// Null for what is no content type of the family.
const Codec* codec_of_grpc_content_type(std::string_view content_type, const GrpcFamily& family);

// Of a request whose content type was accepted.
Result<StreamHead> read_grpc_head(const http::RequestHead& head, const GrpcFamily& family);

// The content type is the request's own, as "application/grpc" is answered by the same.
http::ResponseHead grpc_reply_head(std::string_view content_type, const StreamHead* head);

// At most eight digits and a unit (the header grpc-timeout); invalid_argument `invalid_timeout` otherwise.
Result<Duration> parse_grpc_timeout(std::string_view text);

// The value of grpc-message: bytes that are not printable ASCII, the percent sign, and spaces at the ends, as %XX.
std::string percent_encoded(std::string_view text);

// The value of grpc-status-details-bin: a google.rpc.Status of `error` in unpadded base64.
std::string grpc_status_details(const WireError& error);

// How an answer ends: the application's trailers, and the status. `error` is null for an answer that is well.
http::Headers grpc_trailers(const http::Headers& trailers, const WireError* error);

// The payload of a gRPC-Web answer's last envelope.
std::string grpc_web_trailer_block(const http::Headers& trailers);

}  // namespace florin::rpc
