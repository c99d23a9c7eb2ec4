// H2StreamNumbers: which numbers a client gave its streams. It may leave some out, and may not come back to them (RFC
// 9113 section 5.1.1), which nghttp2 does not check.
#pragma once

#include <cstdint>

namespace florin::http {

class H2StreamNumbers {
 public:
  // HEADERS came for this stream. False where it would begin behind a later one.
  bool take(std::int32_t id) {
    if (id <= last_) return id < passed_over_first_ || id > passed_over_last_;
    if (id > last_ + 2) {
      passed_over_first_ = last_ + 2;
      passed_over_last_ = id - 2;
    }
    last_ = id;
    return true;
  }

 private:
  std::int32_t last_ = -1;
  // The newest row of numbers that were left out.
  std::int32_t passed_over_first_ = 0;
  std::int32_t passed_over_last_ = -1;
};

}  // namespace florin::http
