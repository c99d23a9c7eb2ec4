#include "effects/breaker.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace florin::effects {

Breaker::Breaker(const BreakerOptions& options) : options_(options), open_for_(options.open_min) {
  CHECK(options.window > 0 && options.window <= 64 && options.samples_min <= options.window);
}

Breaker::State Breaker::state(Duration now) const {
  return state_ == State::open && now >= open_until_ ? State::half_open : state_;
}

bool Breaker::admit(Duration now) {
  if (state(now) == State::half_open && state_ == State::open) {
    state_ = State::half_open;
    probing_ = false;
    probes_passed_ = 0;
  }
  if (state_ == State::closed) return true;
  if (state_ == State::open || probing_) return false;
  probing_ = true;
  return true;
}

void Breaker::record(bool success, Duration now) {
  switch (state_) {
    case State::open:
      return;
    case State::half_open:
      probing_ = false;
      if (!success) return open(now);
      if (++probes_passed_ < options_.probes_to_close) return;
      state_ = State::closed;
      samples_ = 0;
      failures_ = 0;
      open_for_ = options_.open_min;
      return;
    case State::closed:
      break;
  }
  const std::uint64_t mask = options_.window == 64 ? UINT64_MAX : (std::uint64_t{1} << options_.window) - 1;
  failures_ = ((failures_ << 1) | (success ? 0 : 1)) & mask;
  samples_ = std::min(samples_ + 1, options_.window);
  const auto failed = static_cast<std::uint32_t>(std::popcount(failures_));
  if (samples_ >= options_.samples_min && failed * 100 >= samples_ * options_.failures_percent) open(now);
}

void Breaker::open(Duration now) {
  // Doubles only where a probe has just failed: an opening from the closed state starts with the least time.
  if (state_ == State::half_open) open_for_ = std::min(open_for_ * 2, options_.open_max);
  state_ = State::open;
  open_until_ = now + open_for_;
  ++openings_;
}

}  // namespace florin::effects
