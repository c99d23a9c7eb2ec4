#include "engine/effect_desk.h"

#include <fmt/format.h>

#include <utility>

#include "engine/engine_state.h"

namespace florin::engine {
namespace {

Result<std::string> complete(Work& work, const EffectHandler* handler, const Effect& effect,
                             const EffectResult& result) {
  // The first outcome wins. Another one may have been decided since this one was queued.
  if (!find_effect(work.state(), effect.id)) return std::string();
  if (handler == nullptr) {
    return internal_error("effect_kind_unknown", fmt::format("No domain handles effects of kind {}.", effect.kind));
  }
  v1::EffectCompleted event;
  event.set_effect_id(effect.id.to_string());
  event.set_outcome(result.outcome);
  event.set_reply(result.reply);
  event.set_detail(result.detail);
  event.set_tries(result.tries);
  work.emit(effect.subject, event);
  (*handler)(work, effect, result);
  return std::string();
}

}  // namespace

void EffectDesk::hand_out(const store::Reader& committed) {
  if (options_.runner == nullptr) return;
  while (more_ && running_.size() < options_.limits.effects_running_max) {
    const std::size_t room = options_.limits.effects_running_max - running_.size();
    auto effects = list_effects(committed, handed_up_to_, room);
    more_ = effects.size() == room;
    for (Effect& effect : effects) {
      handed_up_to_ = effect.id;
      running_.insert(effect.id);
      options_.runner->run(std::move(effect), [mailbox = options_.mailbox, id = handed_up_to_](EffectResult result) {
        mailbox->post(Mailbox::Outcome{id, std::move(result)});
      });
    }
  }
}

std::optional<Command> EffectDesk::take_in(Mailbox::Outcome outcome, const store::Reader& state) {
  running_.erase(outcome.effect);
  auto effect = find_effect(state, outcome.effect);
  if (!effect) return std::nullopt;
  Command command;
  command.context.tenant = effect->tenant;
  command.context.trace = effect->trace;
  command.context.name = "effect";
  command.context.priority = Priority::in_flight;
  command.context.size_bytes = outcome.result.reply.size();
  command.decide = [handler = options_.registry.effect_handler(effect->kind), effect = *std::move(effect),
                    result = std::move(outcome.result)](Work& work) { return complete(work, handler, effect, result); };
  return command;
}

}  // namespace florin::engine
