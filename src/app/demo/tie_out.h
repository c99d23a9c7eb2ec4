// The tie-out: the provider's own books against the ledgers of all tenants, by currency and kind of money.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/server/bootstrap.h"
#include "base/result.h"

namespace florin::app {

// One kind of money in one currency, in minor units.
struct TieOutLine {
  std::string currency;
  std::string what;  // "captured", "refunded", "authorized, open"
  std::int64_t provider_minor = 0;
  std::int64_t ledger_minor = 0;

  std::int64_t difference() const { return provider_minor - ledger_minor; }
};

struct TieOut {
  std::vector<TieOutLine> lines;
  // References for which the provider holds more than one live charge.
  std::vector<std::string> charged_twice;

  bool is_zero() const;
  // A table for people.
  std::string to_string() const;
};

// Reads both sides. Meaningful once no payment is under way.
Result<TieOut> tie_out(const Endpoints& endpoints);

}  // namespace florin::app
