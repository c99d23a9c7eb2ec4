// The answer of an interceptor that does not call on.
#pragma once

#include "rpc/interceptor.h"

namespace florin::api {

inline Task<Result<rpc::MessagePtr>> refuse(Error error) {
  co_return error;
}

}  // namespace florin::api
