// The error body of answers that no RPC protocol made: the JSON of a Connect error, which every client of ours can
// read.
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
