// The one detail that every error of the API carries: florin.common.v1.ErrorDetail.
#pragma once

#include "base/random.h"
#include "rpc/wire_error.h"

namespace florin::api {

// For RouterOptions::error_encoder. A call that was refused before its trace began (a body that cannot be read) gets
// one here, so that every error can be asked about. `random` must outlive it.
rpc::ErrorEncoder error_detail_encoder(Random& random);

// The same as JSON, for endpoints that are no RPC (webhooks, the shopper's return): {"code": ..., "message": ...,
// "reason": ...}.
std::string error_body(const Error& error);

}  // namespace florin::api
