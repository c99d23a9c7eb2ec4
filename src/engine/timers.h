// Timers: which of the partition's own commands are due: set timers, and the removal of expired idempotency records.
// Belongs to the lane's thread.
//
// Keeps lower bounds of what is next, so that neither an idle lane nor rows that are gone cost a read.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "engine/command.h"
#include "engine/engine_state.h"
#include "engine/limits.h"
#include "engine/registry.h"
#include "store/reader.h"

namespace florin::engine {

class Timers {
 public:
  Timers(const Registry& registry, const Limits& limits, const store::Reader& state);

  // A timer was set; it may be the next.
  void note_set(DueTimer timer);
  // An idempotency record was made; it expires after all that were made before.
  void note_recorded(Timestamp expires);

  // At most `count` timers that are due at `now`, in order.
  std::vector<DueTimer> due(Timestamp now, std::size_t count);
  // The command that fires a timer, which must be set. Fails if no handler knows the timer's kind.
  Command fire(Timer timer) const;
  // The timer's command failed: it stays in state, untouched until the next start.
  void park(DueTimer timer) { parked_.insert(timer); }

  // The command that removes expired idempotency records, if there are some by `now`.
  std::optional<Command> expire_idempotency(Timestamp now);

  // When something may be due. Nothing while nothing is set.
  std::optional<Timestamp> next() const;

 private:
  const Registry& registry_;
  const Limits& limits_;
  const store::Reader& state_;
  std::optional<DueTimer> next_ = DueTimer{};  // no timer that may fire is before it; nothing: none is set
  std::set<DueTimer> parked_;
  Timestamp expiry_floor_;           // no record expires before it
  std::optional<Timestamp> expiry_;  // when to look for expired records; nothing: there is none
};

}  // namespace florin::engine
