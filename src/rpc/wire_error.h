// WireError: an error as a protocol sends it, and how it becomes the JSON of the Connect protocol.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "rpc/context.h"

namespace florin::rpc {

struct WireError {
  Code code = Code::unknown;
  std::string message;
  std::vector<ErrorPayload> details;  // in the order they are sent
  http::Headers metadata;             // sent as response headers
};

// Lets the floor above add typed details to an error before it is sent. Called on the call's executor, once per failed
// call and per request that the router refuses before it is one (an unknown procedure has an empty spec). `wire`
// already carries the code, message, payloads and metadata of `error`.
using ErrorEncoder = std::function<void(const Error& error, Context& context, WireError& wire)>;

WireError to_wire(const Error& error, Context& context, const ErrorEncoder& encoder);

// The status that a Connect unary answer has for a code.
int http_status(Code code);
// What a client makes of a status when the body names no code. Not the inverse of http_status.
Code code_from_http_status(int status);

// The Connect error body. With `debug`, each detail whose message type is linked in also appears in readable form.
std::string error_json(const WireError& error, bool debug);

}  // namespace florin::rpc
