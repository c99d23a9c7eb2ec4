// SynchronousPartition: a partition for tests of domains and for scenarios. The real lane, driven by hand on one
// thread, over a journal and a state in memory, with a clock that stands still until it is moved. Everything is done
// when a call returns, and the same calls always give the same bytes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/effect_runner.h"
#include "engine/events.h"
#include "engine/lane.h"
#include "engine/partition.h"
#include "engine/testing/manual_clock.h"
#include "journal/memory/memory_journal.h"

namespace florin::engine {

class SynchronousPartition final : public Partition {
 public:
  struct Options {
    const Registry* registry = nullptr;
    Limits limits;
    Timestamp start{1'767'225'600'000'000};  // 2026-01-01T00:00:00Z
    std::uint16_t number = 1;
    // Runs effects as soon as they are durable. Without one they wait for `complete`.
    EffectRunner* effects = nullptr;
  };
  explicit SynchronousPartition(Options options);
  ~SynchronousPartition() override;

  // One command, to its durable end.
  Result<CommandReply> run_command(CommandContext context, Decide decide);
  // The same, for those who want the response only.
  Result<std::string> run(CommandContext context, Decide decide);

  Timestamp now() const { return clock_.now(); }
  // Moves the clock and fires the timers that fall due, in order, each at its time.
  void advance(Duration by);

  // Effects without an outcome, in the order of their requests.
  std::vector<Effect> pending_effects() const;
  // Reports an outcome, also for an effect that has one already (which changes nothing).
  void complete(EffectId effect, EffectResult result);

  enum class State { keep, replay_from_zero };
  // Ends the process and starts another one over the same journal, with the same state or an empty one. The effects
  // that are pending are handed out again. CHECKs that the partition opens.
  void restart(State state = State::keep);

  // Committed state.
  const store::Reader& state() const { return store_->latest(); }
  // SHA-256 of all rows, in hex.
  std::string digest() const;
  // The timeline of `subject`.
  std::vector<RecordedEvent> events(TenantId tenant, std::string_view subject) const;
  // Set timers, in the order of their ids.
  std::vector<Timer> timers() const;
  // For tests that read it; not to be appended to.
  const journal::Journal& journal() const { return *journal_; }

  // Partition. `submit` and timers that fall due are done when the call returns.
  void submit(Command command) override;
  std::shared_ptr<const store::Snapshot> snapshot() const override;
  void snapshot_at(std::uint64_t sequence, Timestamp deadline,
                   std::move_only_function<void(Result<std::shared_ptr<const store::Snapshot>>)> done) override;
  std::unique_ptr<Watch> watch(std::string subject, std::function<void()> changed) override;
  PartitionStats stats() const override;
  void shutdown() override;

 private:
  void open();
  void settle();

  const Options options_;
  ManualClock clock_;
  std::shared_ptr<journal::MemoryStore> stored_journal_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Lane> lane_;
  bool settling_ = false;
};

// An empty state in memory.
std::unique_ptr<store::Store> empty_state();

// SHA-256 of all rows of a state, in hex.
std::string state_digest(const store::Reader& state);

}  // namespace florin::engine
