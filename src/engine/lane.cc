#include "engine/lane.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/command_runner.h"
#include "engine/engine_state.h"

namespace florin::engine {
namespace {

Error stopped_error() {
  return unavailable("partition_stopped", "The server has stopped. Try again in a moment.");
}

Error outcome_unknown() {
  return unavailable("outcome_unknown",
                     "The server stopped before it could tell whether this took effect. Send the same request with the "
                     "same Idempotency-Key again.");
}

void answer_unless_nobody_asks(Done& done, Result<CommandReply> reply) {
  if (done) done(std::move(reply));
}

}  // namespace

Lane::Lane(PartitionOptions options, LaneStart start, LaneDriver driver)
    : options_(std::move(options)),
      driver_(std::move(driver)),
      epoch_(start.epoch),
      tip_(start.tip),
      mailbox_(std::make_shared<Mailbox>(driver_.wake)),
      overlay_(options_.store->latest(), options_.limits.row_cache_bytes),
      room_{*options_.registry, options_.limits, overlay_, {}},
      intake_(options_.limits),
      timers_(*options_.registry, options_.limits, overlay_),
      effects_({*options_.registry, options_.limits, options_.effects, mailbox_}),
      watches_(std::make_shared<Watches>()),
      waiters_(*options_.store, options_.store->applied()) {
  CHECK(options_.store->applied() == tip_.sequence);
  const Pending pending = count_pending(overlay_);
  counters_.effects_pending = pending.effects;
  counters_.timers_pending = pending.timers;
  counters_.sequence = tip_.sequence;
}

Lane::~Lane() {
  mailbox_->close();
}

void Lane::submit(Command command) {
  auto taken = check_context(command.context);
  if (taken.ok()) {
    taken = intake_.offer(command);
    if (!taken.ok() && taken.error().code() == Code::resource_exhausted) ++counters_.overloaded;
  }
  if (taken.ok()) {
    mailbox_->wake();
  } else {
    answer_unless_nobody_asks(command.done, std::move(taken).error());
  }
}

void Lane::snapshot_at(std::uint64_t sequence, Timestamp deadline, PositionWaiters::SnapshotDone done) {
  if (waiters_.wait(sequence, deadline, std::move(done))) mailbox_->wake();
}

std::unique_ptr<Watch> Lane::watch(std::string subject, std::function<void()> changed) {
  return watches_->add(std::move(subject), std::move(changed));
}

void Lane::close() {
  closed_ = true;
  intake_.close();
  mailbox_->wake();
}

void Lane::report(EffectId effect, EffectResult result) {
  mailbox_->post(Mailbox::Outcome{effect, std::move(result)});
}

PartitionStats Lane::stats() const {
  return {
      .commands_accepted = counters_.accepted,
      .commands_refused = counters_.refused,
      .commands_replayed = counters_.replayed,
      .commands_overloaded = counters_.overloaded,
      .entries = counters_.entries,
      .events = counters_.events,
      .journal_bytes = counters_.journal_bytes,
      .intake_commands = intake_.size(),
      .effects_pending = counters_.effects_pending,
      .timers_pending = counters_.timers_pending,
      .parked = counters_.parked,
      .sequence = counters_.sequence,
  };
}

void Lane::start(Done started) {
  Command command;
  command.context.name = "start";
  command.context.priority = Priority::in_flight;
  command.decide = [this](Work& work) -> Result<std::string> {
    v1::PartitionStarted event;
    event.set_epoch(epoch_);
    event.set_version(options_.version);
    work.emit({}, event);
    return std::string();
  };
  command.done = std::move(started);
  intake_.push(std::move(command));
  mailbox_->wake();
}

bool Lane::run() {
  bool busy = settle_appended();
  busy |= settle_applied();
  if (stopped_) return busy;
  busy |= take_outcomes();
  if (has_room_for_batch()) busy |= decide_batch();
  waiters_.expire(options_.clock->now());
  return busy;
}

bool Lane::has_room_for_batch() const {
  return std::cmp_less(in_flight_.size(), options_.journal->appends_in_flight_max()) &&
         applying_.size() < options_.limits.applying_entries_max;
}

std::optional<Timestamp> Lane::next_due() const {
  if (stopped_) return std::nullopt;
  const auto deadline = waiters_.next_deadline();
  // While nothing more can be decided no timer can fire; the end of an append or of a write wakes the driver.
  const auto timer = !has_room_for_batch() || closed_ ? std::nullopt : timers_.next();
  if (!timer || !deadline) return timer ? timer : deadline;
  return std::min(*timer, *deadline);
}

bool Lane::idle() const {
  return applying_.empty() && (stopped_ || (in_flight_.empty() && intake_.size() == 0));
}

bool Lane::settle_appended() {
  const auto appended = mailbox_->take_appended();
  for (const auto& [sequence, status] : appended) {
    if (stopped_) return true;
    CHECK(!in_flight_.empty() && in_flight_.front().sequence == sequence);
    if (!status.ok()) {
      stop(status.error());
      return true;
    }
    applying_.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
    apply(applying_.back());
  }
  return !appended.empty();
}

void Lane::apply(const Batch& batch) {
  if (driver_.apply) return driver_.apply(batch.writes, batch.sequence);
  const Status health = options_.store->health();
  if (health.ok()) options_.store->apply(batch.writes, batch.sequence);
  applied(batch.sequence, health);
}

void Lane::applied(std::uint64_t sequence, Status status) {
  mailbox_->post(Mailbox::Applied{sequence, std::move(status)});
}

bool Lane::settle_applied() {
  const auto applied = mailbox_->take_applied();
  for (const auto& [sequence, status] : applied) {
    while (!applying_.empty() && applying_.front().sequence <= sequence) {
      Batch batch = std::move(applying_.front());
      applying_.pop_front();
      if (status.ok()) {
        publish(std::move(batch));
      } else {
        // What a state on a broken disk does not take in is in the journal; the next start replays it.
        for (Answer& answer : batch.answers) answer.done(outcome_unknown());
      }
    }
    if (!status.ok() && !stopped_) stop(status.error());
  }
  return !applied.empty();
}

void Lane::publish(Batch batch) {
  overlay_.publish();
  const Pending pending = count_pending(options_.store->latest());
  counters_.effects_pending = pending.effects;
  counters_.timers_pending = pending.timers;
  counters_.sequence = batch.sequence;
  ++counters_.entries;
  counters_.events += batch.events;
  counters_.journal_bytes += batch.bytes;
  waiters_.reached(batch.sequence);
  for (Answer& answer : batch.answers) answer.done(std::move(answer.reply));
  watches_->notify(batch.subjects);
  if (batch.effects_requested) effects_.note_requested();
  effects_.hand_out(options_.store->latest());
  unflushed_bytes_ += batch.bytes;
  if (unflushed_bytes_ >= options_.limits.flush_journal_bytes) {
    unflushed_bytes_ = 0;
    driver_.flush();
  }
}

void Lane::stop(const Error& cause) {
  stopped_ = true;
  intake_.close();
  for (Batch& batch : in_flight_) {
    for (Answer& answer : batch.answers) answer.done(outcome_unknown());
  }
  in_flight_.clear();
  while (auto command = intake_.take()) answer_unless_nobody_asks(command->done, stopped_error());
  waiters_.stop(stopped_error());
  if (options_.on_stopped) options_.on_stopped(cause);
}

}  // namespace florin::engine
