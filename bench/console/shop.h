// Shop: a million payments of one merchant as a list of them looks: many states, a few currencies, an order number
// each. All are made by the API's own command, one call each.
#pragma once

#include <cstdint>
#include <string>

#include "../lib/platform.h"
#include "base/result.h"

namespace florin::bench {

// How often something rare comes: the newest one is up to this many payments from the end.
inline constexpr std::uint64_t rare_every = 100'000;

// The body of the request that makes payment `number`: 35 % are paid, 5 % authorized, 5 % declined, the others not
// confirmed; 70 % in EUR, 30 % in USD; one in `rare_every` waits for its shopper, another one is in NOK.
std::string make_payment(std::uint64_t number);
// "order-1000".
std::string reference_of(std::uint64_t number);
// The last payment before `number` that is paid.
std::uint64_t paid_before(std::uint64_t number);

// Makes `count` payments with 256 clients, and says on stderr how far it is.
Status fill_shop(const Platform& platform, const std::string& secret_key, std::uint64_t count);

}  // namespace florin::bench
