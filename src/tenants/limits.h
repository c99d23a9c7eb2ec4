// All limits of tenants and their keys, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "florin/tenants/v1/tenants.pb.h"

namespace florin::tenants {

// Keys of one tenant that are not revoked.
inline constexpr std::size_t active_keys_max = 100;
// Items of a page.
inline constexpr std::size_t page_size_default = 100;
inline constexpr std::size_t page_size_max = 500;
// Keys that a KeyRing remembers; beyond it starts anew.
inline constexpr std::size_t cached_keys_max = 100'000;

static_assert(page_size_default <= page_size_max);

// A tenant's limits with every default filled in. The defaults and maxima stand in florin/tenants/v1/tenants.proto.
struct CallLimits {
  std::uint32_t requests_per_second = 5'000;
  std::uint32_t requests_concurrent = 2'000;
  bool operator==(const CallLimits&) const = default;
};

// What the platform's own keys get: the most that a tenant may be given.
inline constexpr CallLimits platform_limits{100'000, 20'000};

inline CallLimits call_limits(const v1::TenantLimits& limits) {
  CallLimits result;
  if (limits.requests_per_second() > 0) result.requests_per_second = limits.requests_per_second();
  if (limits.requests_concurrent() > 0) result.requests_concurrent = limits.requests_concurrent();
  return result;
}

}  // namespace florin::tenants
