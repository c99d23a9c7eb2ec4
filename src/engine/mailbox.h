// Mailbox: what other threads report to the lane: appends that became durable, entries that reached the state, outcomes
// of effects. Outlives the lane by shared ownership, so that a late report harms nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/registry.h"

namespace florin::engine {

// Thread-safe.
class Mailbox {
 public:
  struct Appended {
    std::uint64_t sequence;
    Status status;
  };
  // All entries up to `sequence` are in the state, or, if it failed, none of those not reported before.
  struct Applied {
    std::uint64_t sequence;
    Status status;
  };
  struct Outcome {
    EffectId effect;
    EffectResult result;
  };

  // `wake` tells the lane's driver that there is something to do. Must be quick and thread-safe; may be called inside
  // any call here.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void post(Appended appended) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    appended_.push_back(std::move(appended));
    wake_();
  }
  void post(Applied applied) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    applied_.push_back(std::move(applied));
    wake_();
  }
  void post(Outcome outcome) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    outcomes_.push_back(std::move(outcome));
    wake_();
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }

  std::vector<Appended> take_appended() {
    const std::lock_guard lock(mutex_);
    return std::exchange(appended_, {});
  }
  std::vector<Applied> take_applied() {
    const std::lock_guard lock(mutex_);
    return std::exchange(applied_, {});
  }
  std::vector<Outcome> take_outcomes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outcomes_, {});
  }

  // The lane is gone: what is reported from now on is dropped.
  void close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<Appended> appended_;
  std::vector<Applied> applied_;
  std::vector<Outcome> outcomes_;
};

}  // namespace florin::engine
