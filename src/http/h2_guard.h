// H2Guard: counts what a peer can send for next to nothing and makes us work for (RFC 9113 section 10.5), and says when
// it was too much. No clock is read until a burst is used up.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "http/limits.h"

namespace florin::http {

class H2Guard {
 public:
  enum class Kind : std::uint8_t {
    reset_received,  // CVE-2023-44487, "rapid reset"
    reset_sent,      // CVE-2025-8671, "MadeYouReset": faults that make us reset the stream
    ping,
    settings,
    empty_data,  // DATA without a byte that does not end its stream
    window_update,
    priority,
  };

  explicit H2Guard(const H2Limits& limits);

  // Counts one. False past what is allowed.
  bool allows(Kind kind);
  // The peer had reason for `count` more.
  void credit(Kind kind, std::uint32_t count);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Budget {
    H2Rate rate{};
    std::uint32_t left = 0;
    Time refilled;
  };
  Budget& budget(Kind kind) { return budgets_[static_cast<std::size_t>(kind)]; }
  static bool refill(Budget& budget);

  std::array<Budget, 7> budgets_;
};

}  // namespace florin::http
