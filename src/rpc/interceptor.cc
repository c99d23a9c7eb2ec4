#include "rpc/interceptor.h"

namespace florin::rpc {

Task<Status> Interceptor::stream(Context& context, MessageSource&, MessageSink&, NextStream) {
  co_return internal_error("streams_not_intercepted",
                           context.spec().procedure + " is a stream, and an interceptor of this server knows none.");
}

}  // namespace florin::rpc
