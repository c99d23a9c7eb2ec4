// PositionWaiters: queries that wait until committed state is at least as new as their position token. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/store.h"

namespace florin::engine {

class PositionWaiters {
 public:
  using SnapshotDone = std::move_only_function<void(Result<std::shared_ptr<const store::Snapshot>>)>;

  // `store` must outlive this. State is at `sequence`.
  PositionWaiters(const store::Store& store, std::uint64_t sequence) : store_(store), sequence_(sequence) {}

  // Answers at once if state is new enough. True if it has to wait: then the driver must look at `next_deadline` again.
  bool wait(std::uint64_t sequence, Timestamp deadline, SnapshotDone done);
  // State is at `sequence` now: answers who waited for it.
  void reached(std::uint64_t sequence);
  // Answers who waited until now with `unavailable` (position_not_reached).
  void expire(Timestamp now);
  // Answers all, and all that come later, with `error`.
  void stop(Error error);

  std::optional<Timestamp> next_deadline() const;

 private:
  struct Waiter {
    std::uint64_t sequence;
    Timestamp deadline;
    SnapshotDone done;
  };

  template <class Pick>
  std::vector<Waiter> take_if(Pick pick);

  const store::Store& store_;
  mutable std::mutex mutex_;
  std::uint64_t sequence_;
  std::vector<Waiter> waiters_;
  std::optional<Error> stopped_;
};

}  // namespace florin::engine
