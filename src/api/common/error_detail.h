// The one detail that every error of the API carries: florin.common.v1.ErrorDetail.
#pragma once

#include "rpc/wire_error.h"

namespace florin::api {

// For RouterOptions::error_encoder.
void add_error_detail(const Error& error, rpc::Context& context, rpc::WireError& wire);

// The same as JSON, for endpoints that are no RPC (webhooks, the shopper's return): {"code": ..., "message": ...,
// "reason": ...}.
std::string error_body(const Error& error);

}  // namespace florin::api
