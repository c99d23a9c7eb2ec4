#include "checkout/terms.h"

#include <fmt/format.h>

#include "base/money.h"
#include "checkout/limits.h"
#include "contracts/convert.h"

namespace florin::checkout {
namespace {

Error amount_out_of_range() {
  return invalid_argument("amount_out_of_range", "The line items together must cost 1 to 10^15 minor units.")
      .with_violation("terms.line_items", "must cost 1 to 10^15 minor units together");
}

}  // namespace

Result<std::int64_t> total_of(const v1::CheckoutTerms& terms) {
  std::int64_t total = 0;
  for (const v1::LineItem& item : terms.line_items()) {
    const auto cost = checked_mul(item.quantity(), item.unit_amount_minor());
    const auto sum = cost ? checked_add(total, *cost) : std::nullopt;
    if (!sum) return amount_out_of_range();
    total = *sum;
  }
  if (total < 1 || total > amount_max) return amount_out_of_range();
  return total;
}

Result<std::optional<Duration>> lifetime_of(const google::protobuf::Duration* given, const LifetimeRule& rule) {
  if (given == nullptr) return rule.when_not_given;
  // Beyond what microseconds can count, the seconds alone decide.
  const std::int64_t seconds = given->seconds();
  const bool countable = seconds >= 0 && seconds <= rule.at_most.to_seconds();
  const Duration lifetime = countable ? contracts::from_message(*given) : Duration{};
  if (lifetime >= lifetime_min && lifetime <= rule.at_most) return std::optional(lifetime);
  const std::string allowed = fmt::format("{}s to {}s", lifetime_min.to_seconds(), rule.at_most.to_seconds());
  return invalid_argument("field_invalid", "lifetime must be " + allowed + ".")
      .with_violation("lifetime", "must be " + allowed);
}

}  // namespace florin::checkout
