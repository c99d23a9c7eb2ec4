#include "engine/engine_events.h"

#include "base/check.h"
#include "engine/engine_state.h"
#include "engine/idempotency.h"
#include "engine/registry.h"
#include "florin/engine/v1/events.pb.h"

namespace florin::engine {
namespace {

// The engine made these ids itself.
template <class Id>
Id id_of(const std::string& text) {
  const auto id = Id::parse(text);
  CHECK(id, "{} is no id of an effect or timer", text);
  return *id;
}

void apply_started(const EventContext&, const v1::PartitionStarted&, store::Writer&) noexcept {}

void apply_effect_requested(const EventContext& context, const v1::EffectRequested& event,
                            store::Writer& writer) noexcept {
  add_effect(writer, id_of<EffectId>(event.effect_id()), context, event);
}

void apply_effect_completed(const EventContext&, const v1::EffectCompleted& event, store::Writer& writer) noexcept {
  remove_effect(writer, id_of<EffectId>(event.effect_id()));
}

void apply_timer_set(const EventContext& context, const v1::TimerSet& event, store::Writer& writer) noexcept {
  add_timer(writer, id_of<TimerId>(event.timer_id()), context, event);
}

void apply_timer_fired(const EventContext&, const v1::TimerFired& event, store::Writer& writer) noexcept {
  remove_timer(writer, id_of<TimerId>(event.timer_id()));
}

void apply_timer_canceled(const EventContext&, const v1::TimerCanceled& event, store::Writer& writer) noexcept {
  remove_timer(writer, id_of<TimerId>(event.timer_id()));
}

void apply_recorded(const EventContext& context, const v1::IdempotencyRecorded& event, store::Writer& writer) noexcept {
  add_idempotency_record(writer, context, event);
}

void apply_expired(const EventContext& context, const v1::IdempotencyExpired& event, store::Writer& writer) noexcept {
  remove_idempotency_record(writer, {context.tenant, event.method(), event.key()});
}

}  // namespace

void register_engine_events(Registry& registry) {
  registry.on_event<v1::PartitionStarted>(apply_started, Timeline::skip);
  registry.on_event<v1::EffectRequested>(apply_effect_requested, Timeline::skip);
  registry.on_event<v1::EffectCompleted>(apply_effect_completed, Timeline::skip);
  registry.on_event<v1::TimerSet>(apply_timer_set, Timeline::skip);
  registry.on_event<v1::TimerFired>(apply_timer_fired, Timeline::skip);
  registry.on_event<v1::TimerCanceled>(apply_timer_canceled, Timeline::skip);
  registry.on_event<v1::IdempotencyRecorded>(apply_recorded, Timeline::skip);
  registry.on_event<v1::IdempotencyExpired>(apply_expired, Timeline::skip);
}

}  // namespace florin::engine
