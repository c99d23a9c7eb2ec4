// A clock that moves when a test says so. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace florin::engine {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : start_(start.micros), now_(start.micros) {}

  Timestamp now() const override { return {now_}; }
  Duration elapsed() const override { return {now_ - start_}; }
  void set(Timestamp now) { now_ = now.micros; }
  void advance(Duration by) { now_ += by.micros; }

 private:
  const std::int64_t start_;
  std::atomic<std::int64_t> now_;
};

}  // namespace florin::engine
