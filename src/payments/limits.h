// All limits of the payments domain, in one place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace florin::payments {

// Attempts of one payment; the last declined one makes it `failed`.
inline constexpr int attempts_max = 10;
// Captures, voids and refunds of one payment.
inline constexpr int operations_max = 200;

// Towards the provider: the longest time for one try, and tries while the request provably did not arrive.
inline constexpr std::uint32_t psp_timeout_ms = 20'000;
inline constexpr std::uint32_t psp_tries_max = 3;

// When an outcome that is not known is asked for: after the first wait, and so on; the last one repeats for ever, for
// an outcome is never decided by the passing of time.
inline constexpr std::array inquiry_waits = {
    Duration::seconds(1), Duration::seconds(2),  Duration::seconds(5), Duration::seconds(15), Duration::minutes(1),
    Duration::minutes(5), Duration::minutes(15), Duration::hours(1),   Duration::hours(6),
};

// What the shopper is asked to do (a challenge, a transfer) is given up and voided at the provider if it has not been
// done after this long, where the provider does not say when it gives up waiting.
inline constexpr Duration challenge_lifetime = Duration::hours(1);
// Where it does say: this long after that moment, so that the provider's own word comes first. Never waited for longer
// than this: a bank transfer takes days, not months.
inline constexpr Duration action_grace = Duration::minutes(1);
inline constexpr Duration action_lifetime_max = Duration::days(35);
// An authorization that is not captured lapses after this long: the shortest lifetime among the card schemes.
inline constexpr Duration authorization_lifetime = Duration::days(7);

// How soon a void of a lapsed authorization is tried again.
inline constexpr Duration expiry_retry_wait = Duration::hours(1);
// The provider is asked again about something that counts as lost or failed although it may not be: with the same
// waits, but no sooner than this.
inline constexpr Duration doubt_wait_min = Duration::minutes(5);

// Giving back a surplus: after the first failed try, then twice as long after each, up to the longest wait. The last
// failed try leaves it to a person. In all nearly five days, longer than any provider is away.
inline constexpr Duration surplus_wait_min = Duration::minutes(5);
inline constexpr Duration surplus_wait_max = Duration::hours(24);
inline constexpr std::uint32_t surplus_tries_max = 13;

// Events that GetPayment shows.
inline constexpr std::size_t timeline_entries_max = 1'000;

// Lists: rows per page, and rows that one page may look at while it filters.
inline constexpr std::size_t page_size_default = 20;
inline constexpr std::size_t page_size_max = 200;
inline constexpr std::size_t page_scan_max = 5'000;

static_assert(page_size_default <= page_size_max && page_size_max <= page_scan_max);
static_assert(challenge_lifetime < authorization_lifetime);
static_assert(action_grace < challenge_lifetime && challenge_lifetime < action_lifetime_max);
static_assert(surplus_wait_min < surplus_wait_max && surplus_tries_max < operations_max);

}  // namespace florin::payments
