#include "engine/testing/synchronous_partition.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "engine/engine_state.h"
#include "engine/recovery.h"

namespace florin::engine {
namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

}  // namespace

SynchronousPartition::SynchronousPartition(Options options)
    : options_(std::move(options)),
      clock_(options_.start),
      stored_journal_(
          std::make_shared<journal::MemoryStore>(journal::MemoryStore::Options{.partition = options_.number})),
      store_(empty_state()) {
  open();
}

SynchronousPartition::~SynchronousPartition() = default;

void SynchronousPartition::open() {
  journal_ = journal::open_memory_journal(stored_journal_);
  const auto epoch = journal_->acquire();
  CHECK(epoch.ok(), "{}", epoch.error().to_string());
  const auto recovered = recover({options_.number, journal_.get(), options_.registry, store_.get()});
  CHECK(recovered.ok(), "{}", recovered.error().to_string());

  PartitionOptions options;
  options.number = options_.number;
  options.version = "test";
  options.limits = options_.limits;
  options.clock = &clock_;
  options.journal = journal_.get();
  options.store = store_.get();
  options.registry = options_.registry;
  options.effects = options_.effects;
  options.on_stopped = [](const Error& error) { CHECK(false, "the partition stopped: {}", error.to_string()); };
  options.on_parked = [](const Error& error) { CHECK(false, "a handler failed: {}", error.to_string()); };
  lane_ = std::make_unique<Lane>(std::move(options), LaneStart{*epoch, journal_->tip()},
                                 LaneDriver{.wake = [] {}, .flush = [this] { CHECK(store_->flush().ok()); }});
  lane_->start([](const Result<CommandReply>& started) { CHECK(started.ok()); });
  settle();
}

// Callbacks may submit more; the outermost call does it all.
void SynchronousPartition::settle() {
  if (settling_) return;
  settling_ = true;
  while (lane_->run()) {
  }
  settling_ = false;
}

Result<CommandReply> SynchronousPartition::run_command(CommandContext context, Decide decide) {
  CHECK(!settling_, "a callback cannot wait for a command; use submit");
  std::optional<Result<CommandReply>> reply;
  submit({std::move(context), std::move(decide), [&](Result<CommandReply> done) { reply = std::move(done); }});
  CHECK(reply);
  return *std::move(reply);
}

Result<std::string> SynchronousPartition::run(CommandContext context, Decide decide) {
  ASSIGN_OR_RETURN(auto reply, run_command(std::move(context), std::move(decide)));
  return std::move(reply.response);
}

void SynchronousPartition::advance(Duration by) {
  const Timestamp end = clock_.now() + by;
  for (;;) {
    const auto due = lane_->next_due();
    if (!due || *due > end) break;
    clock_.set(std::max(*due, clock_.now()));
    settle();
  }
  clock_.set(end);
  settle();
}

std::vector<Effect> SynchronousPartition::pending_effects() const {
  return list_effects(state(), {}, all);
}

void SynchronousPartition::complete(EffectId effect, EffectResult result) {
  lane_->report(effect, std::move(result));
  settle();
}

void SynchronousPartition::restart(State state) {
  CHECK(!settling_);
  lane_.reset();
  journal_.reset();
  if (state == State::replay_from_zero) store_ = empty_state();
  open();
}

std::string SynchronousPartition::digest() const {
  return state_digest(state());
}

std::vector<RecordedEvent> SynchronousPartition::events(TenantId tenant, std::string_view subject) const {
  return list_events(state(), tenant, subject, {}, all);
}

std::vector<Timer> SynchronousPartition::timers() const {
  return list_timers(state(), {}, all);
}

void SynchronousPartition::submit(Command command) {
  lane_->submit(std::move(command));
  settle();
}

std::shared_ptr<const store::Snapshot> SynchronousPartition::snapshot() const {
  return store_->snapshot();
}

void SynchronousPartition::snapshot_at(
    std::uint64_t sequence, Timestamp deadline,
    std::move_only_function<void(Result<std::shared_ptr<const store::Snapshot>>)> done) {
  lane_->snapshot_at(sequence, deadline, std::move(done));
  settle();
}

std::unique_ptr<Watch> SynchronousPartition::watch(std::string subject, std::function<void()> changed) {
  return lane_->watch(std::move(subject), std::move(changed));
}

PartitionStats SynchronousPartition::stats() const {
  return lane_->stats();
}

void SynchronousPartition::shutdown() {
  lane_->close();
  settle();
}

std::unique_ptr<store::Store> empty_state() {
  auto opened = store::open_store({.directory = "test", .in_memory = true});
  CHECK(opened.ok(), "{}", opened.error().to_string());
  return std::move(opened->store);
}

std::string state_digest(const store::Reader& state) {
  crypto::Sha256 hash;
  for (const auto scan = state.scan({}); scan->valid(); scan->next()) {
    std::string sizes;
    put_u32_be(sizes, static_cast<std::uint32_t>(scan->key().size()));
    put_u32_be(sizes, static_cast<std::uint32_t>(scan->value().size()));
    hash.update(sizes);
    hash.update(scan->key());
    hash.update(scan->value());
  }
  return hex(crypto::as_bytes(hash.finish()));
}

}  // namespace florin::engine
