// The secrets at the end of a checkout page's address: made outside the lane. They let a shopper pay and read a
// receipt, and nothing else, so they are kept as they are: the merchant can ask for the address again.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace florin::checkout {

// What stands before 160 random bits in 32 characters of base32.
inline constexpr std::string_view session_secret_prefix = "s_";
inline constexpr std::string_view link_secret_prefix = "l_";

std::string make_session_secret(Random& random);
std::string make_link_secret(Random& random);

// "https://pay.example.com/checkout/#s_...". Browsers keep what follows "#" to themselves, so the secret stands in no
// log and no Referer header.
std::string page_url(std::string_view public_base_url, std::string_view secret);

}  // namespace florin::checkout
