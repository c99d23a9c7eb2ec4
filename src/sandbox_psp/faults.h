// Faults: what the control API makes go wrong, drawn from one seed. Kept in memory only: a restart ends them.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace florin::sandbox_psp {

struct FaultSettings {
  std::uint32_t drop_before_permille = 0;  // of requests: the connection ends, nothing was done
  std::uint32_t drop_after_permille = 0;   // of requests: the work was done, the connection ends without an answer
  std::uint32_t duplicate_webhook_permille = 0;
  std::uint32_t delay_ms = 0;  // each answer waits this long
  bool reorder_webhooks = false;
  bool down = false;  // every request is dropped, no webhook is sent
  std::uint64_t seed = 1;
  bool operator==(const FaultSettings&) const = default;
};

inline constexpr std::uint32_t delay_ms_max = 10'000;

// Not thread-safe. The same seed and the same calls give the same faults.
class Faults {
 public:
  const FaultSettings& settings() const { return settings_; }
  void set(const FaultSettings& settings);

  // True in `permille` of 1,000 calls.
  bool strikes(std::uint32_t permille) { return permille > 0 && next() % 1'000 < permille; }
  // In [0, bound), bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t next();

  FaultSettings settings_;
  std::uint64_t state_ = 1;
};

}  // namespace florin::sandbox_psp
