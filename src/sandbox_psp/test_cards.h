// Test cards: which test method each card number of the sandbox stands for. docs/sandbox.md lists them for users.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace florin::sandbox_psp {

// A card as it came in a request; only its fate is kept.
struct TestCard {
  std::string number;
  std::uint32_t exp_month = 0;
  std::uint32_t exp_year = 0;
  std::string cvc;  // may be empty
};

// The place of the card's scenario, or -1 for a number that is no test card. A card that has expired is declined as
// such, whatever else its number says.
int find_card_scenario(const TestCard& card, Timestamp now);

}  // namespace florin::sandbox_psp
