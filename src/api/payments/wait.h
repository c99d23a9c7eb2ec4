// Waiting for a payment to get where the caller wants it.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "api/common/platform.h"
#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "florin/payments/v1/payments.pb.h"
#include "google/protobuf/duration.pb.h"
#include "rpc/context.h"

namespace florin::api {

// How long a call that changes a payment waits for the outcome.
inline constexpr Duration wait_default = Duration::seconds(10);
inline constexpr Duration wait_max = Duration::seconds(60);

// The wait that a request asks for. Errors: field_invalid for a negative one or one over wait_max.
Result<Duration> wait_of(bool given, const google::protobuf::Duration& wait);

// The wait, cut so that there is time left to answer before the call's deadline.
Duration time_to_wait(const rpc::Context& context, Duration wanted);

struct Wait {
  TenantId tenant;
  const payments::v1::Payment& payment;  // as the caller has it so far
  std::function<bool(const payments::v1::Payment&)> until;
  Duration at_most;
  std::stop_token stop;  // ends the wait early: the caller has gone
};

// The payment as soon as `until` holds of it, or as it is when the time is up. Resumes on `executor`.
Task<payments::v1::Payment> wait_for_payment(Platform& platform, Executor& executor, Wait wait);

}  // namespace florin::api
