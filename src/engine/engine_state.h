// The engine's rows: pending effects, set timers, and what the partition knows of itself.
//
// A pending effect's or timer's row is the journal's own record of it: the command's head with the one event that asked
// for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/registry.h"
#include "florin/engine/v1/events.pb.h"
#include "journal/journal.h"
#include "store/reader.h"

namespace florin::engine {

void add_effect(store::Writer& writer, EffectId id, const EventContext& context, const v1::EffectRequested& event);
// Does nothing if the effect is not pending.
void remove_effect(store::Writer& writer, EffectId id);
std::optional<Effect> find_effect(const store::Reader& reader, EffectId id);
// Pending effects after `after` (the default for all) in the order of their ids, which is the order of their requests.
std::vector<Effect> list_effects(const store::Reader& reader, EffectId after, std::size_t count);

void add_timer(store::Writer& writer, TimerId id, const EventContext& context, const v1::TimerSet& event);
// Does nothing if the timer is not set.
void remove_timer(store::Writer& writer, TimerId id);
std::optional<Timer> find_timer(const store::Reader& reader, TimerId id);
// In the order of their ids.
std::vector<Timer> list_timers(const store::Reader& reader, TimerId after, std::size_t count);

// Where a timer stands in the order of firing: by due time, then by id.
struct DueTimer {
  Timestamp due;
  TimerId id;
  auto operator<=>(const DueTimer&) const = default;
};
// The timers from `from` on, in order.
std::vector<DueTimer> list_due(const store::Reader& reader, DueTimer from, std::size_t count);

// How many there are, without counting.
struct Pending {
  std::uint64_t effects = 0;
  std::uint64_t timers = 0;
};
Pending count_pending(const store::Reader& reader);

// Each entry leaves the hash of the one before it in the state, so that state and journal can be told to belong
// together.
void put_previous_hash(store::Writer& writer, const journal::Hash& hash);
std::optional<journal::Hash> previous_hash(const store::Reader& reader);

}  // namespace florin::engine
