#include "engine/recovery.h"

#include <fmt/format.h>

#include <utility>

#include "engine/engine_state.h"
#include "engine/wire.h"

namespace florin::engine {
namespace {

// Journal that is replayed between two writes of the state: enough to write hot rows once, little enough to keep.
constexpr std::size_t settle_bytes = std::size_t{1} << 20;

Error corrupt(std::uint64_t sequence) {
  return data_loss("journal_corrupt",
                   fmt::format("Entry {} of the journal holds something that is no event.", sequence));
}

Error mismatch(std::string message) {
  return data_loss("journal_state_mismatch", std::move(message));
}

// The state remembers the hash of the entry before its last one; the journal must agree.
Status check_same_history(const journal::Journal& journal, const store::Store& store) {
  const std::uint64_t applied = store.applied();
  const std::uint64_t tip = journal.tip().sequence;
  if (applied > tip) {
    return mismatch(fmt::format(
        "The state contains entry {}, but the journal ends with {}. Restore the journal, or remove the state "
        "directory to accept what the journal has.",
        applied, tip));
  }
  if (applied == 0) return ok();
  ASSIGN_OR_RETURN(auto cursor, journal.read(applied));
  ASSIGN_OR_RETURN(const auto entry, cursor->next());
  if (entry && previous_hash(store.latest()) == entry->previous) return ok();
  return mismatch(
      fmt::format("The state does not belong to this journal: they disagree about entry {}. Remove the "
                  "state directory; it is built again from the journal.",
                  applied));
}

}  // namespace

Replayer::Replayer(Options options) : options_(std::move(options)), overlay_(options_.store->latest()) {}

Status Replayer::apply(const journal::Entry& entry) {
  journal::v1::EntryBody body;
  if (!body.ParseFromString(entry.body)) return corrupt(entry.sequence);
  std::uint32_t index = 0;
  for (const auto& command : body.commands()) RETURN_IF_ERROR(apply_command(entry, command, index));
  put_previous_hash(overlay_, entry.previous);
  store::WriteSet writes = overlay_.close_batch();
  if (store::digest(writes) != body.write_digest()) {
    return mismatch(fmt::format(
        "Entry {} of the journal changes the state in another way than when it was written. The program has a bug or "
        "is not the one that wrote it.",
        entry.sequence));
  }
  unsettled_.push_back({entry.sequence, std::move(writes)});
  unsettled_bytes_ += entry.body.size();
  return unsettled_bytes_ < settle_bytes ? ok() : settle();
}

Status Replayer::settle() {
  if (unsettled_.empty()) return ok();
  RETURN_IF_ERROR(options_.store->health());
  std::vector<store::EntryWrites> entries;
  for (const auto& [sequence, writes] : unsettled_) entries.push_back({sequence, &writes});
  options_.store->apply(entries);
  for (std::size_t i = 0; i < unsettled_.size(); ++i) overlay_.publish();
  unsettled_.clear();
  unsettled_bytes_ = 0;
  return ok();
}

Status Replayer::apply_command(const journal::Entry& entry, const journal::v1::CommandRecord& command,
                               std::uint32_t& index) {
  auto context = decode_command_head(command);
  if (!context) return corrupt(entry.sequence);
  context->time = entry.time;
  const std::string head = encode_command_head(*context);
  std::string element;
  for (const auto& event : command.events()) {
    const auto* type = options_.registry->event_type(event.type());
    if (type == nullptr) {
      return failed_precondition(
          "journal_from_newer_version",
          fmt::format("Entry {} of the journal holds an event of type {}, which this program does not know. Start the "
                      "version that wrote it, or a later one.",
                      entry.sequence, event.type()));
    }
    const auto* message = scratch_.parse(*type, event.payload());
    if (message == nullptr) return corrupt(entry.sequence);
    context->position = Position::of(options_.partition, entry.sequence, index++);
    context->subject = event.subject();
    element.clear();
    append_event_bytes(element, event.type(), event.subject(), event.payload());
    apply_event({*type, *context, *message, head, element}, overlay_);
    ++events_;
    if (options_.observer) options_.observer(*context, *message);
  }
  return ok();
}

Result<std::uint64_t> recover(const RecoveryOptions& options) {
  RETURN_IF_ERROR(check_same_history(*options.journal, *options.store));
  const std::uint64_t first = options.store->applied() + 1;
  ASSIGN_OR_RETURN(auto cursor, options.journal->read(first));
  Replayer replayer({options.partition, options.registry, options.store, {}});
  std::uint64_t replayed = 0;
  for (;; ++replayed) {
    ASSIGN_OR_RETURN(const auto entry, cursor->next());
    if (!entry) break;
    RETURN_IF_ERROR(replayer.apply(*entry));
  }
  RETURN_IF_ERROR(replayer.settle());
  return replayed;
}

}  // namespace florin::engine
