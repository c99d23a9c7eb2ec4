// What the payments domain must be told about its surroundings. Fixed for the life of the program.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "florin/payments/v1/payments.pb.h"

namespace florin::payments {

// A kind of method that a provider takes, and for which currencies; for all of its own where none are named.
struct ProviderMethod {
  v1::PaymentMethodKind kind;
  std::vector<std::string> currencies;
};

// What a provider's rules say, as its connector declares them.
struct ProviderRules {
  // The provider can be asked what became of a payment or operation. Where it cannot, a webhook is taken as the fact.
  bool reads_status = true;
  // "Nothing under this key" proves that a request never arrived if it was asked at least this long after the last try
  // had ended. Nothing where no answer proves it.
  std::optional<Duration> absence_proven_after = Duration::seconds(0);
  // In the order in which they are offered.
  std::vector<ProviderMethod> methods{};
};

struct Settings {
  // Where shoppers and providers reach this platform: "https://pay.example.com", without a slash at the end.
  std::string public_base_url;
  // Pure: the same connector always has the same rules.
  std::function<ProviderRules(std::string_view connector)> provider_rules = [](std::string_view) {
    return ProviderRules{};
  };
};

}  // namespace florin::payments
