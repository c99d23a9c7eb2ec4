#include "engine/registry.h"

#include <set>

#include "base/check.h"
#include "engine/engine_events.h"
#include "florin/common/v1/options.pb.h"

namespace florin::engine {
namespace {

bool has_text(const google::protobuf::Descriptor& message, std::set<const google::protobuf::Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (field.type() == google::protobuf::FieldDescriptor::TYPE_STRING) return true;
    if (field.message_type() != nullptr && has_text(*field.message_type(), seen)) return true;
  }
  return false;
}

}  // namespace

Registry::Registry() {
  register_engine_events(*this);
}

void Registry::add_event(const google::protobuf::Message& prototype, Apply apply, Timeline timeline) {
  const auto& descriptor = *prototype.GetDescriptor();
  const auto& rules = descriptor.options().GetExtension(common::v1::event);
  CHECK(rules.type() != 0, "{} has no event options", descriptor.full_name());
  std::set<const google::protobuf::Descriptor*> seen;
  auto type = std::make_unique<EventType>(EventType{
      .number = rules.type(),
      .name = rules.name(),
      .prototype = &prototype,
      .apply = std::move(apply),
      .timeline = timeline,
      .reactions = {},
      .has_text = has_text(descriptor, seen),
  });
  by_descriptor_.emplace(&descriptor, type.get());
  const bool added = events_.emplace(rules.type(), std::move(type)).second;
  CHECK(added, "event type {} is declared twice", rules.type());
}

void Registry::add_reaction(const google::protobuf::Message& prototype, React react) {
  const auto found = by_descriptor_.find(prototype.GetDescriptor());
  CHECK(found != by_descriptor_.end(), "a policy on {}, which no domain declared", prototype.GetTypeName());
  found->second->reactions.push_back(std::move(react));
}

void Registry::on_effect(std::string kind, EffectHandler handler) {
  const bool added = effects_.emplace(kind, std::move(handler)).second;
  CHECK(added, "effect kind {} has two handlers", kind);
}

void Registry::on_timer(std::string kind, TimerHandler handler) {
  const bool added = timers_.emplace(kind, std::move(handler)).second;
  CHECK(added, "timer kind {} has two handlers", kind);
}

void Registry::on_verify(std::string name, VerifyCheck check) {
  verify_checks_.emplace_back(std::move(name), std::move(check));
}

const Registry::EventType* Registry::event_type(std::uint32_t number) const {
  const auto found = events_.find(number);
  return found == events_.end() ? nullptr : found->second.get();
}

const Registry::EventType& Registry::event_type(const google::protobuf::Message& event) const {
  const auto found = by_descriptor_.find(event.GetDescriptor());
  CHECK(found != by_descriptor_.end(), "{} was emitted but no domain declared it", event.GetTypeName());
  return *found->second;
}

const EffectHandler* Registry::effect_handler(std::string_view kind) const {
  const auto found = effects_.find(kind);
  return found == effects_.end() ? nullptr : &found->second;
}

const TimerHandler* Registry::timer_handler(std::string_view kind) const {
  const auto found = timers_.find(kind);
  return found == timers_.end() ? nullptr : &found->second;
}

}  // namespace florin::engine
