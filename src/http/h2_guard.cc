#include "http/h2_guard.h"

#include <algorithm>

namespace florin::http {

H2Guard::H2Guard(const H2Limits& limits) {
  const std::array<H2Rate, 7> rates = {limits.resets_received, limits.resets_sent,    limits.pings,     limits.settings,
                                       limits.empty_data,      limits.window_updates, limits.priorities};
  const Time now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < rates.size(); ++i) budgets_[i] = {rates[i], rates[i].burst, now};
}

bool H2Guard::allows(Kind kind) {
  Budget& wanted = budget(kind);
  if (wanted.left == 0 && !refill(wanted)) return false;
  --wanted.left;
  return true;
}

void H2Guard::credit(Kind kind, std::uint32_t count) {
  Budget& wanted = budget(kind);
  wanted.left = std::min(wanted.left + count, wanted.rate.burst);
}

bool H2Guard::refill(Budget& budget) {
  const Time now = std::chrono::steady_clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - budget.refilled).count();
  const std::uint64_t gained = static_cast<std::uint64_t>(passed) * budget.rate.per_second / 1000;
  if (gained == 0) return false;
  budget.refilled = now;
  budget.left = static_cast<std::uint32_t>(std::min<std::uint64_t>(gained, budget.rate.burst));
  return true;
}

}  // namespace florin::http
