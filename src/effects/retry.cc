#include "effects/retry.h"

#include <algorithm>

namespace florin::effects {

Duration jittered_backoff(std::uint32_t retry, Duration base, Duration max, Random& random) {
  Duration ceiling = base;
  for (std::uint32_t i = 1; i < retry && ceiling < max; ++i) ceiling = ceiling * 2;
  ceiling = std::min(ceiling, max);
  return {static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(ceiling.micros) + 1))};
}

RetryBudget::RetryBudget(std::uint32_t retries_max, std::uint32_t percent_of_tries)
    : percent_(percent_of_tries), max_(std::uint64_t{retries_max} * 100), hundredths_(max_) {}

void RetryBudget::on_first_try() {
  hundredths_ = std::min(hundredths_ + percent_, max_);
}

bool RetryBudget::take() {
  if (hundredths_ < 100) return false;
  hundredths_ -= 100;
  return true;
}

}  // namespace florin::effects
