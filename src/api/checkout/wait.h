// Waiting for a checkout to get where its page wants it.
#pragma once

#include <functional>

#include "api/common/platform.h"
#include "base/result.h"
#include "base/task.h"
#include "checkout/queries.h"
#include "florin/checkout/v1/shopper.pb.h"
#include "rpc/context.h"

namespace florin::api {

struct CheckoutWait {
  // Reads the checkout; called with newer and newer state.
  std::function<Result<checkout::v1::Checkout>(const store::Reader&)> read;
  std::function<bool(const checkout::v1::Checkout&)> until;
  Duration at_most;  // cut to the call's deadline
  // Only state from this journal entry on counts.
  std::uint64_t sequence = 0;
};

// The checkout as soon as `until` holds of it, or as it is when the time is up or the caller has gone. Errors: those of
// `read`, and position_not_reached.
Task<Result<checkout::v1::Checkout>> wait_for_checkout(Platform& platform, rpc::Context& context, CheckoutWait wait);

}  // namespace florin::api
