// All limits of the checkout domain, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace florin::checkout {

// What a session may ask for in all, in minor units: as much as a payment.
inline constexpr std::int64_t amount_max = 1'000'000'000'000'000;

inline constexpr Duration lifetime_min = Duration::minutes(5);
inline constexpr Duration session_lifetime_default = Duration::hours(24);
inline constexpr Duration session_lifetime_max = Duration::days(30);
inline constexpr Duration link_lifetime_max = Duration::days(5 * 366);

// Lists: rows per page, and rows that one page may look at while it filters.
inline constexpr std::size_t page_size_default = 20;
inline constexpr std::size_t page_size_max = 200;
inline constexpr std::size_t page_scan_max = 5'000;

}  // namespace florin::checkout
