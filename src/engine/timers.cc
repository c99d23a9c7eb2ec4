#include "engine/timers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/idempotency.h"

namespace florin::engine {
namespace {

CommandContext own_context(std::string name, TenantId tenant) {
  CommandContext context;
  context.tenant = tenant;
  context.name = std::move(name);
  context.priority = Priority::in_flight;
  return context;
}

}  // namespace

Timers::Timers(const Registry& registry, const Limits& limits, const store::Reader& state)
    : registry_(registry), limits_(limits), state_(state), expiry_(next_idempotency_expiry(state, {})) {}

void Timers::note_set(DueTimer timer) {
  if (!next_ || timer < *next_) next_ = timer;
}

void Timers::note_recorded(Timestamp expires) {
  if (!expiry_) expiry_ = expires;
}

std::vector<DueTimer> Timers::due(Timestamp now, std::size_t count) {
  std::vector<DueTimer> found;
  if (!next_ || next_->due > now) return found;
  // One more than wanted, to learn what comes after; the parked ones stand in the way.
  std::optional<DueTimer> first;
  for (const DueTimer& timer : list_due(state_, *next_, count + parked_.size() + 1)) {
    if (parked_.contains(timer)) continue;
    if (!first) first = timer;
    if (timer.due > now || found.size() == count) break;
    found.push_back(timer);
  }
  next_ = first;
  return found;
}

Command Timers::fire(Timer timer) const {
  Command command;
  command.context = own_context("timer", timer.tenant);
  command.decide = [this, timer = std::move(timer)](Work& work) -> Result<std::string> {
    const TimerHandler* handler = registry_.timer_handler(timer.kind);
    if (handler == nullptr) {
      return internal_error("timer_kind_unknown", fmt::format("No domain handles timers of kind {}.", timer.kind));
    }
    v1::TimerFired event;
    event.set_timer_id(timer.id.to_string());
    work.emit(timer.subject, event);
    (*handler)(work, timer);
    return std::string();
  };
  return command;
}

std::optional<Command> Timers::expire_idempotency(Timestamp now) {
  if (!expiry_ || *expiry_ > now) return std::nullopt;
  auto expired = list_expired(state_, expiry_floor_, now, limits_.idempotency_expired_batch);
  if (expired.size() < limits_.idempotency_expired_batch) {
    expiry_floor_ = now + Duration::microseconds(1);
    expiry_ = next_idempotency_expiry(state_, expiry_floor_);
    if (expiry_) expiry_ = std::max(*expiry_, now + limits_.idempotency_expiry_interval);
  }
  if (expired.empty()) return std::nullopt;
  Command command;
  command.context = own_context("idempotency_expiry", {});
  command.decide = [expired = std::move(expired)](Work& work) -> Result<std::string> {
    v1::IdempotencyExpired event;
    for (const auto& scope : expired) {
      event.set_method(scope.method);
      event.set_key(scope.key);
      work.emit_for(scope.tenant, {}, event);
    }
    return std::string();
  };
  return command;
}

std::optional<Timestamp> Timers::next() const {
  if (!next_) return expiry_;
  if (!expiry_) return next_->due;
  return std::min(next_->due, *expiry_);
}

}  // namespace florin::engine
