// Recovery: brings the state to the end of the journal by replaying what it lacks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "engine/events.h"
#include "engine/overlay.h"
#include "engine/registry.h"
#include "journal/journal.h"
#include "store/store.h"

namespace florin::engine {

// Applies entries to a store as the lane did, many as one change.
class Replayer {
 public:
  // Sees every event after it was applied.
  using Observer = std::function<void(const EventContext&, const google::protobuf::Message&)>;

  struct Options {
    std::uint16_t partition = 0;
    const Registry* registry = nullptr;
    store::Store* store = nullptr;
    Observer observer;
  };
  // What `options` points to must outlive this; only this may write to the store meanwhile.
  explicit Replayer(Options options);

  // Applies `entry`, which must be the next one for the store. Errors name the entry: `failed_precondition`
  // (journal_from_newer_version) for an event that no domain declared, `data_loss` (journal_corrupt) for a body that
  // cannot be read, `data_loss` (journal_state_mismatch) if the writes are not those of the time when it was written,
  // and those of Store::health. The store has the entry after the next `settle`, or before.
  Status apply(const journal::Entry& entry);
  // Brings the store to the last entry applied. Errors: those of Store::health.
  Status settle();

  std::uint64_t events() const { return events_; }

 private:
  Status apply_command(const journal::Entry& entry, const journal::v1::CommandRecord& command, std::uint32_t& index);

  struct Unsettled {
    std::uint64_t sequence;
    store::WriteSet writes;
  };

  Options options_;
  std::vector<Unsettled> unsettled_;
  std::size_t unsettled_bytes_ = 0;  // of the journal
  Overlay overlay_;
  EventScratch scratch_;
  std::uint64_t events_ = 0;
};

struct RecoveryOptions {
  std::uint16_t partition = 0;
  const journal::Journal* journal = nullptr;
  const Registry* registry = nullptr;
  store::Store* store = nullptr;
};

// Replays from the entry after Store::applied to the end of the journal. Returns how many entries. Errors: those of
// Replayer and of the cursor; `data_loss` (journal_state_mismatch) if the state does not belong to this journal or is
// ahead of it.
Result<std::uint64_t> recover(const RecoveryOptions& options);

}  // namespace florin::engine
