// The two rules of trying again: how long to wait, and how much of it a provider may be asked for.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/time.h"

namespace florin::effects {

// Exponential backoff with full jitter: evenly from nothing to base * 2^(retry-1), at most `max`. `retry` counts
// from 1.
Duration jittered_backoff(std::uint32_t retry, Duration base, Duration max, Random& random);

// A token bucket for retries: each first try puts a part of a token in, each retry takes a whole one out. So retries
// stay a part of the traffic, and a provider that fails gets less of it, not more.
class RetryBudget {
 public:
  // Holds at most `retries_max`, and is full at the start.
  RetryBudget(std::uint32_t retries_max, std::uint32_t percent_of_tries);
  void on_first_try();
  // Takes a token; false if there is none.
  bool take();

 private:
  std::uint64_t percent_;
  std::uint64_t max_;
  std::uint64_t hundredths_;
};

}  // namespace florin::effects
