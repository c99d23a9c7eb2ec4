// PeerRates: how often one network address may do something. A token bucket for each; what is full again is forgotten.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"

namespace florin::vault {

struct PeerRate {
  std::uint32_t burst = 1;
  std::uint32_t per_minute = 1;
  std::size_t peers_max = 1;  // remembered at once; a new one beyond is refused
};

// Thread-safe.
class PeerRates {
 public:
  // `clock` must outlive it.
  PeerRates(const Clock& clock, PeerRate rate) : clock_(clock), rate_(rate) {}

  // Takes one for this peer ("127.0.0.1:53210"): addresses count without their port, and of IPv6 the first 64 bits.
  // Errors: resource_exhausted (too_many_cards), saying when to come again.
  Status take(std::string_view peer);

 private:
  struct Usage {
    std::int64_t filled_micros = 0;  // how much of the bucket's time is there, at `at`
    Duration at{};
  };
  std::int64_t micros_each() const { return 60'000'000 / rate_.per_minute; }
  void forget_full(Duration now);

  const Clock& clock_;
  const PeerRate rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Usage> usages_;
};

}  // namespace florin::vault
