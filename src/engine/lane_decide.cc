// The half of the lane that makes entries: from what waits to an append.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "crypto/hash.h"
#include "engine/command_runner.h"
#include "engine/lane.h"
#include "engine/wire.h"
#include "journal/entry.h"

namespace florin::engine {
namespace {

// Due timers read at once.
constexpr std::size_t timers_page = 64;

Error too_late() {
  return Error(Code::deadline_exceeded, ErrorDomain::request, "deadline_exceeded",
               "The deadline passed before the request was taken up. It changed nothing.");
}

}  // namespace

bool Lane::take_outcomes() {
  auto outcomes = mailbox_->take_outcomes();
  for (auto& outcome : outcomes) {
    auto command = effects_.take_in(std::move(outcome), overlay_);
    if (!command) continue;
    command->done = [this](const Result<CommandReply>& reply) {
      // A lane that stops answers whatever waits with an error. That is no bug: the effect stays pending and runs again
      // after the next start.
      if (!reply.ok() && !stopped_) park(reply.error());
    };
    intake_.push(*std::move(command));
  }
  // Each outcome made room for another effect.
  if (!outcomes.empty()) effects_.hand_out(options_.store->latest());
  return !outcomes.empty();
}

bool Lane::decide_batch() {
  const Timestamp clock = options_.clock->now();
  EntryBuilder entry;
  entry.partition = options_.number;
  entry.sequence = tip_.sequence + 1;
  entry.time = std::max(clock, tip_.time);

  std::size_t commands = closed_ ? 0 : fire_timers(entry);
  while (has_room(entry, commands)) {
    auto command = intake_.take();
    if (!command) break;
    ++commands;
    if (command->context.deadline && *command->context.deadline < clock) {
      ++counters_.refused;
      if (command->done) command->done(too_late());
    } else {
      decide_and_answer(entry, *std::move(command));
    }
  }
  if (entry.events > 0) {
    append(std::move(entry));
  } else {
    answer_with_newest();
  }
  return commands > 0;
}

// Timers set by a timer take their place in the order. They may fill half a batch, so that people are served too.
std::size_t Lane::fire_timers(EntryBuilder& entry) {
  std::size_t fired = 0;
  if (auto expiry = timers_.expire_idempotency(entry.time)) {
    ++fired;
    if (auto reply = decide(entry, *expiry); !reply.ok()) park(reply.error());
  }
  while (has_room(entry, fired * 2)) {
    const auto due = timers_.due(entry.time, timers_page);
    if (due.empty()) break;
    for (std::size_t i = 0; i < due.size() && has_room(entry, fired * 2); ++i) {
      auto timer = find_timer(overlay_, due[i].id);
      if (!timer) continue;
      ++fired;
      Command command = timers_.fire(*std::move(timer));
      if (auto reply = decide(entry, command); !reply.ok()) {
        timers_.park(due[i]);
        park(reply.error());
      }
      const auto set = std::exchange(entry.first_timer, std::nullopt);
      if (set && i + 1 < due.size() && *set < due[i + 1]) break;
    }
  }
  return fired;
}

void Lane::decide_and_answer(EntryBuilder& entry, Command command) {
  auto reply = decide(entry, command);
  count(reply);
  if (command.done) answers_.push_back({std::move(command.done), std::move(reply)});
}

Result<CommandReply> Lane::decide(EntryBuilder& entry, Command& command) {
  auto reply = run_command(room_, entry, command);
  if (entry.first_timer) timers_.note_set(*entry.first_timer);
  if (command.context.idempotency) timers_.note_recorded(entry.time + options_.limits.idempotency_kept);
  return reply;
}

void Lane::count(const Result<CommandReply>& reply) {
  if (!reply.ok()) {
    ++counters_.refused;
  } else if (reply->replayed) {
    ++counters_.replayed;
  } else {
    ++counters_.accepted;
  }
}

void Lane::park(const Error& error) {
  ++counters_.parked;
  if (options_.on_parked) options_.on_parked(error);
}

bool Lane::has_room(const EntryBuilder& entry, std::size_t commands) const {
  const Limits& limits = options_.limits;
  return commands < limits.batch_commands_max && entry.events < limits.batch_events_max &&
         entry.commands.size() < limits.batch_bytes_max;
}

void Lane::append(EntryBuilder entry) {
  put_previous_hash(overlay_, tip_.hash);
  Batch batch;
  batch.sequence = entry.sequence;
  batch.writes = overlay_.close_batch();
  batch.subjects = std::move(entry.subjects);
  batch.answers = std::exchange(answers_, {});
  batch.events = entry.events;
  batch.effects_requested = entry.effects_requested;

  append_write_digest(entry.commands, store::digest(batch.writes));
  journal::Entry sealed;
  sealed.sequence = entry.sequence;
  sealed.epoch = epoch_;
  sealed.time = entry.time;
  sealed.previous = tip_.hash;
  sealed.body = std::move(entry.commands);
  journal::seal(options_.number, sealed);
  tip_ = journal::tip_of(sealed);
  batch.bytes = sealed.body.size();
  in_flight_.push_back(std::move(batch));
  options_.journal->append(std::move(sealed), [mailbox = mailbox_, sequence = tip_.sequence](Status status) {
    mailbox->post(Mailbox::Appended{sequence, std::move(status)});
  });
}

// Nothing happened, but what was answered may tell of facts that are still on their way to the disk or the state.
void Lane::answer_with_newest() {
  for (Answer& answer : std::exchange(answers_, {})) {
    if (answer.reply.ok()) answer.reply->sequence = std::min(answer.reply->sequence, tip_.sequence);
    if (!in_flight_.empty()) {
      in_flight_.back().answers.push_back(std::move(answer));
    } else if (!applying_.empty()) {
      applying_.back().answers.push_back(std::move(answer));
    } else {
      answer.done(std::move(answer.reply));
    }
  }
}

}  // namespace florin::engine
