// Lane: the heart of a partition, as a passive machine: it has no thread and no clock of its own. A driver (LaneThread,
// a test, a simulator) calls `run`, always from one thread at a time.
//
//   intake → batch → decide → seal → append → durable → state → publish → answer → watches → effects
//
// Up to Journal::appends_in_flight_max entries are on their way to the disk, and up to Limits::applying_entries_max on
// their way from there into the state, while the next batch is decided on top of them. Answers, refusals included, wait
// until everything they could have seen is durable and whoever reads the state finds it there.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/effect_desk.h"
#include "engine/entry_builder.h"
#include "engine/intake.h"
#include "engine/lane_work.h"
#include "engine/mailbox.h"
#include "engine/overlay.h"
#include "engine/partition.h"
#include "engine/position_waiters.h"
#include "engine/timers.h"
#include "engine/watches.h"

namespace florin::engine {

// Where a lane begins: the lease's epoch and the end of the journal, which the store has applied.
struct LaneStart {
  std::uint64_t epoch = 0;
  journal::Tip tip;
};

// What a lane asks of its driver.
struct LaneDriver {
  // There is something to do: call `run` soon. From any thread, also inside calls to the lane; quick.
  std::function<void()> wake;
  // Puts a durable entry's writes into the state, in the order of the calls, and then calls Lane::applied. The writes
  // live until that. Null: the lane does it itself, inside `run`.
  std::function<void(const store::WriteSet& writes, std::uint64_t sequence)> apply = {};
  // The state should be flushed soon (Store::flush, which is thread-safe). From the driver's thread.
  std::function<void()> flush;
};

class Lane {
 public:
  // What `options` and `driver` point to must outlive the lane.
  Lane(PartitionOptions options, LaneStart start, LaneDriver driver);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // As in Partition; thread-safe. What is refused at the door is answered inside `submit`.
  void submit(Command command);
  void snapshot_at(std::uint64_t sequence, Timestamp deadline, PositionWaiters::SnapshotDone done);
  std::unique_ptr<Watch> watch(std::string subject, std::function<void()> changed);
  PartitionStats stats() const;
  // Later commands are answered `unavailable`; no timer fires any more.
  void close();

  // The rest is for the driver's thread.

  // Writes PartitionStarted; `started` learns when it is durable. Call it before anything else.
  void start(Done started);
  // Does what can be done now. False if there was nothing.
  bool run();
  // When to call `run` even if nothing wakes the driver.
  std::optional<Timestamp> next_due() const;
  // Nothing is queued or in flight, or the lane has stopped; and nobody uses its writes any more.
  bool idle() const;
  // The journal failed; nothing will happen any more.
  bool stopped() const { return stopped_; }
  // An outcome for an effect, as its runner would report it. Thread-safe.
  void report(EffectId effect, EffectResult result);
  // All entries up to `sequence` are in the state; or it failed, and takes none of them. Thread-safe.
  void applied(std::uint64_t sequence, Status status);
  // What the next work would see: committed state and all that is in flight.
  const store::Reader& newest_state() const { return overlay_; }

 private:
  struct Answer {
    Done done;
    Result<CommandReply> reply;
  };
  // An entry on its way to the disk, or from there to the state.
  struct Batch {
    std::uint64_t sequence = 0;
    store::WriteSet writes;
    std::string subjects;
    std::vector<Answer> answers;
    std::uint32_t events = 0;
    std::size_t bytes = 0;
    bool effects_requested = false;
  };
  struct Counters {
    std::atomic<std::uint64_t> accepted, refused, replayed, overloaded, entries, events, journal_bytes, parked;
    std::atomic<std::uint64_t> effects_pending, timers_pending, sequence;
  };

  bool settle_appended();
  bool settle_applied();
  bool has_room_for_batch() const;
  void apply(const Batch& batch);
  void publish(Batch batch);
  void stop(const Error& cause);

  bool take_outcomes();
  bool decide_batch();
  std::size_t fire_timers(EntryBuilder& entry);
  Result<CommandReply> decide(EntryBuilder& entry, Command& command);
  void decide_and_answer(EntryBuilder& entry, Command command);
  void count(const Result<CommandReply>& reply);
  void park(const Error& error);
  bool has_room(const EntryBuilder& entry, std::size_t commands) const;
  void append(EntryBuilder entry);
  void answer_with_newest();

  const PartitionOptions options_;
  const LaneDriver driver_;
  const std::uint64_t epoch_;
  journal::Tip tip_;  // of what was appended, durable or not
  std::shared_ptr<Mailbox> mailbox_;
  Overlay overlay_;
  WorkRoom room_;
  Intake intake_;
  Timers timers_;
  EffectDesk effects_;
  std::shared_ptr<Watches> watches_;
  PositionWaiters waiters_;
  std::deque<Batch> in_flight_;  // to the disk
  std::deque<Batch> applying_;   // durable, on the way to the state
  std::vector<Answer> answers_;  // of the current batch
  Counters counters_{};
  std::size_t unflushed_bytes_ = 0;
  std::atomic<bool> closed_ = false;
  bool stopped_ = false;
};

}  // namespace florin::engine
