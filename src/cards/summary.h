// What may be known of a card outside of the vault: enough to show it and to route by it, too little to pay with it.
#pragma once

#include <cstdint>
#include <string>

namespace florin::cards {

struct Summary {
  std::string brand{};      // brand_name: "visa"
  std::string bin{};        // the first six digits: the issuer's range
  std::string last_four{};  // the last four digits
  std::uint32_t exp_month = 0;
  std::uint32_t exp_year = 0;  // four digits
  bool operator==(const Summary&) const = default;
};

}  // namespace florin::cards
