// The error body of answers that no RPC protocol made: the JSON of a Connect error, which every client of ours can
// read.
//
// It has no typed details. The transport gives these answers where a request could not be read as HTTP, or before any
// handler saw it, and this floor does not know the contracts that a detail belongs to; what reaches a handler is
// answered by the handler.
#pragma once

#include <string>
#include <string_view>

#include "http/exchange.h"

namespace florin::http {

// {"code":"not_found","message":"..."}: the code is the one Connect derives from the HTTP status.
std::string json_error_body(int status, std::string_view message);

// Answers with it.
Task<Status> respond_error(Exchange& exchange, int status, std::string_view message);

}  // namespace florin::http
