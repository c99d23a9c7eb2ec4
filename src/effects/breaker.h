// Breaker: stops asking a provider that fails, and finds out when it works again.
//
// closed: everything passes; when at least half of the last results (at least `samples_min` of them) are failures, it
// opens. open: nothing passes for a while, which doubles with every opening that follows a failed probe. half open: one
// probe at a time passes; enough successes in a row close it, a failure opens it again.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace florin::effects {

struct BreakerOptions {
  std::uint32_t window = 32;  // results it remembers; at most 64
  std::uint32_t samples_min = 16;
  std::uint32_t failures_percent = 50;
  std::uint32_t probes_to_close = 3;
  Duration open_min = Duration::seconds(1);
  Duration open_max = Duration::seconds(60);
};

// Not thread-safe. Times are Clock::elapsed.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  explicit Breaker(const BreakerOptions& options);

  State state(Duration now) const;
  // Whether a try may start now. In the half-open state a true means: this is the probe, and its result must come.
  bool admit(Duration now);
  // The result of a try that admit let through since the last opening; older ones must be left out.
  void record(bool success, Duration now);
  // How often it has opened.
  std::uint64_t openings() const { return openings_; }

 private:
  void open(Duration now);

  const BreakerOptions options_;
  State state_ = State::closed;
  std::uint64_t failures_ = 0;  // a bit for each of the last results, 1 for a failure
  std::uint32_t samples_ = 0;
  Duration open_for_;
  Duration open_until_;
  bool probing_ = false;
  std::uint32_t probes_passed_ = 0;
  std::uint64_t openings_ = 0;
};

}  // namespace florin::effects
