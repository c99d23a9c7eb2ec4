// Errors as plain HTTP answers, for endpoints that are no RPC.
#pragma once

#include "base/error.h"
#include "http/exchange.h"

namespace florin::api {

// Sets the status that Connect gives the error's code, or 405 and 413 where HTTP has a word for it, and Retry-After.
void set_error(const Error& error, http::ResponseHead& head);

}  // namespace florin::api
