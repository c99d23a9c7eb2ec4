// What servers answer, read strictly where it decides over the call's outcome: pure functions over text and fields.
// Sources: connectrpc.com/docs/protocol; grpc.github.io, "gRPC over HTTP2" and "gRPC Web".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/exchange.h"
#include "rpc/wire_error.h"

namespace florin::rpc {

// How a call ended, as the server says.
struct CallEnd {
  std::optional<WireError> error = std::nullopt;  // none: well
  http::Headers trailers = {};
};

// internal or unknown `invalid_answer`: the server does not keep to the protocol.
Error invalid_answer(Code code, std::string message);
// Fit to come from a server: what we could not read is not the caller's mistake.
Error as_invalid_answer(Error error);

// The body of a failed Connect unary call. What is missing or strange is made up from the HTTP status.
WireError read_error_body(std::string_view json, int http_status);
// For a body that is no Connect error.
WireError error_of_status(int http_status);

// The JSON of a Connect stream's last envelope.
Result<CallEnd> read_end_stream(std::string_view json);

// gRPC's trailers: grpc-status and its companions, the rest is the application's. Nothing where they hold no status.
std::optional<CallEnd> read_grpc_trailers(const http::Headers& trailers);
// The payload of a gRPC-Web answer's last envelope, as fields.
Result<http::Headers> read_grpc_web_trailer_block(std::string_view block);

// The value of grpc-message. What is not well encoded stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace florin::rpc
