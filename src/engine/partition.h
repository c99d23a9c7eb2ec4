// Partition: the unit of order and ownership. Owns the journal and the state of its tenants; one lane decides for it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "engine/command.h"
#include "engine/effect_runner.h"
#include "engine/limits.h"
#include "engine/registry.h"
#include "journal/journal.h"
#include "store/store.h"

namespace florin::engine {

// Counters for telemetry, all since the start; read at any time from any thread.
struct PartitionStats {
  std::uint64_t commands_accepted = 0;
  std::uint64_t commands_refused = 0;
  std::uint64_t commands_replayed = 0;
  std::uint64_t commands_overloaded = 0;
  std::uint64_t entries = 0;
  std::uint64_t events = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t intake_commands = 0;  // waiting now
  std::uint64_t effects_pending = 0;  // not completed now
  std::uint64_t timers_pending = 0;
  std::uint64_t parked = 0;    // outcomes and timers that wait for the next start (PartitionOptions::on_parked)
  std::uint64_t sequence = 0;  // last durable entry
};

struct PartitionOptions {
  std::uint16_t number = 0;
  std::string version;  // of the program, for PartitionStarted
  Limits limits;
  const Clock* clock = &system_clock();
  journal::Journal* journal = nullptr;  // opened; the partition takes its lease
  store::Store* store = nullptr;
  const Registry* registry = nullptr;
  EffectRunner* effects = nullptr;
  // Called once, from any thread, when the partition can no longer go on (the journal failed, or an apply found a bug).
  // Everything in flight is answered `unavailable`, outcome unknown; the process should end and start again. Must not
  // call the partition.
  std::function<void(Error)> on_stopped;
  // Called on the lane's thread when the handler of an effect's outcome or of a timer failed by a bug: its work left no
  // trace, and the effect or timer stays in state, to be tried again by the next start. For the log.
  std::function<void(const Error&)> on_parked;
};

// The handle of a watch; the callback does not run after it is destroyed.
class Watch {
 public:
  virtual ~Watch() = default;
};

class Partition {
 public:
  virtual ~Partition() = default;

  // Hands a command to the lane; thread-safe, never blocks. A full intake answers `resource_exhausted` (overloaded) at
  // once.
  virtual void submit(Command command) = 0;

  // Committed state, now. Thread-safe.
  virtual std::shared_ptr<const store::Snapshot> snapshot() const = 0;

  // Committed state at least as new as `sequence` (a CommandReply's), for queries with a position token. `done` runs on
  // any thread; `unavailable` (position_not_reached) at `deadline`.
  virtual void snapshot_at(std::uint64_t sequence, Timestamp deadline,
                           std::move_only_function<void(Result<std::shared_ptr<const store::Snapshot>>)> done) = 0;

  // Runs `changed` on the lane's thread after each committed entry with an event about `subject`. Must be quick.
  // Thread-safe.
  virtual std::unique_ptr<Watch> watch(std::string subject, std::function<void()> changed) = 0;

  virtual PartitionStats stats() const = 0;

  // Takes what is queued to its end, flushes state, stops the lane. Later commands are answered `unavailable`.
  virtual void shutdown() = 0;
};

// Replays what the state lacks, takes the lease, writes PartitionStarted, starts the lane's thread, hands pending
// effects to the runner. Errors: those of the journal and the store; journal_state_mismatch when a replayed entry's
// write digest differs.
Result<std::unique_ptr<Partition>> open_partition(const PartitionOptions& options);

}  // namespace florin::engine
