#include "engine/position_waiters.h"

#include <algorithm>
#include <utility>

namespace florin::engine {

bool PositionWaiters::wait(std::uint64_t sequence, Timestamp deadline, SnapshotDone done) {
  std::optional<Error> stopped;
  {
    const std::lock_guard lock(mutex_);
    stopped = stopped_;
    if (!stopped && sequence > sequence_) {
      waiters_.push_back({sequence, deadline, std::move(done)});
      return true;
    }
  }
  if (stopped) {
    done(*std::move(stopped));
  } else {
    done(store_.snapshot());
  }
  return false;
}

template <class Pick>
std::vector<PositionWaiters::Waiter> PositionWaiters::take_if(Pick pick) {
  std::vector<Waiter> taken;
  std::vector<Waiter> stay;
  for (Waiter& waiter : waiters_) (pick(waiter) ? taken : stay).push_back(std::move(waiter));
  waiters_ = std::move(stay);
  return taken;
}

void PositionWaiters::reached(std::uint64_t sequence) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    sequence_ = sequence;
    if (waiters_.empty()) return;
    ready = take_if([&](const Waiter& waiter) { return waiter.sequence <= sequence; });
  }
  for (Waiter& waiter : ready) waiter.done(store_.snapshot());
}

void PositionWaiters::expire(Timestamp now) {
  std::vector<Waiter> late;
  {
    const std::lock_guard lock(mutex_);
    if (waiters_.empty()) return;
    late = take_if([&](const Waiter& waiter) { return waiter.deadline <= now; });
  }
  for (Waiter& waiter : late) {
    waiter.done(unavailable("position_not_reached",
                            "The server has not seen the write that this read wants to follow. Try again."));
  }
}

void PositionWaiters::stop(Error error) {
  std::vector<Waiter> all;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = error;
    all = std::exchange(waiters_, {});
  }
  for (Waiter& waiter : all) waiter.done(error);
}

std::optional<Timestamp> PositionWaiters::next_deadline() const {
  const std::lock_guard lock(mutex_);
  if (waiters_.empty()) return std::nullopt;
  return std::ranges::min_element(waiters_, {}, &Waiter::deadline)->deadline;
}

}  // namespace florin::engine
