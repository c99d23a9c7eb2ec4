// All limits of the engine, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "journal/journal.h"

namespace florin::engine {

struct Limits {
  // Intake: commands and bytes waiting for the lane, all tenants together and for one tenant. Effects' outcomes and
  // timers are always taken in: their number is bounded by what was requested.
  std::size_t intake_commands_max = 20'000;
  std::size_t intake_bytes_max = 256u << 20;
  std::size_t tenant_commands_max = 10'000;
  std::size_t tenant_bytes_max = 128u << 20;
  // One journal entry.
  std::size_t batch_commands_max = 1'024;
  std::size_t batch_events_max = 20'000;
  std::size_t batch_bytes_max = 4u << 20;
  // One command.
  std::size_t command_events_max = 2'000;
  std::size_t command_bytes_max = 32u << 20;  // of its events
  // What a full intake tells the caller to wait.
  Duration retry_after = Duration::milliseconds(200);
  // How long an idempotency record is kept.
  Duration idempotency_kept = Duration::days(30);
  // Longest request that is kept beside its record, so that another body under the same key can be told field by field.
  std::size_t idempotency_request_max = 4u << 10;
  // Expired idempotency records are removed at most this often, and so many by one command.
  Duration idempotency_expiry_interval = Duration::minutes(1);
  std::size_t idempotency_expired_batch = 500;
  // Durable entries that wait for the state. More of them only make later batches smaller.
  std::size_t applying_entries_max = 4;
  // Committed rows that the lane keeps at hand.
  std::size_t row_cache_bytes = 64u << 20;
  // Effects handed to runners at the same time; more wait in state.
  std::size_t effects_running_max = 4'096;
  // State is flushed after this much journal, so that a restart replays at most about twice as much.
  std::size_t flush_journal_bytes = 16u << 20;
};

static_assert(Limits{}.command_events_max <= Limits{}.batch_events_max);
static_assert(Limits{}.tenant_commands_max <= Limits{}.intake_commands_max);
static_assert(Limits{}.tenant_bytes_max <= Limits{}.intake_bytes_max);
static_assert(Limits{}.idempotency_expired_batch <= Limits{}.command_events_max);
// A batch is closed by the command that fills it, and timelines and digests add little.
static_assert(Limits{}.batch_bytes_max + Limits{}.command_bytes_max < journal::body_bytes_max);

}  // namespace florin::engine
