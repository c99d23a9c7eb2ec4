// Where randomness comes from. Only secrets, trace ids and retry jitter use it, never anything the lane decides.
#pragma once

#include <cstdint>
#include <string>

namespace florin {

class Random {
 public:
  virtual ~Random() = default;
  // `count` bytes fit for secrets. Thread-safe.
  virtual std::string bytes(std::size_t count) = 0;
  // A number in [0, bound), bound > 0. Thread-safe.
  std::uint64_t below(std::uint64_t bound);
};

// The kernel's generator (getrandom). Thread-safe; lives for the whole program.
Random& system_random();

}  // namespace florin
