// What is checked of terms and lifetimes beyond the field rules of the contracts.
#pragma once

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "florin/checkout/v1/checkout.pb.h"

namespace florin::checkout {

// What the line items cost together, in minor units. invalid_argument (amount_out_of_range) for less than 1 and for
// more than a payment may have.
Result<std::int64_t> total_of(const v1::CheckoutTerms& terms);

struct LifetimeRule {
  std::optional<Duration> when_not_given;  // nothing: without an end
  Duration at_most;
};
// Nothing for "without an end". invalid_argument (field_invalid) outside of the rule.
Result<std::optional<Duration>> lifetime_of(const google::protobuf::Duration* given, const LifetimeRule& rule);

}  // namespace florin::checkout
