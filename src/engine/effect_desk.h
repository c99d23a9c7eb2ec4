// EffectDesk: hands pending effects to the runner, in order and not too many at once, and turns their outcomes into
// commands. Belongs to the lane's thread.
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "engine/command.h"
#include "engine/effect_runner.h"
#include "engine/limits.h"
#include "engine/mailbox.h"
#include "engine/registry.h"
#include "store/reader.h"

namespace florin::engine {

class EffectDesk {
 public:
  struct Options {
    const Registry& registry;
    const Limits& limits;
    EffectRunner* runner;  // null: effects stay pending
    std::shared_ptr<Mailbox> mailbox;
  };
  explicit EffectDesk(Options options) : options_(std::move(options)) {}

  // Committed state has effects that were not handed out yet, or may have.
  void note_requested() { more_ = true; }
  // Hands out what is next in `committed`, as far as there is room. After a restart it begins with the oldest.
  void hand_out(const store::Reader& committed);

  // The command that takes `outcome` in; nothing if the effect has one already. `state` includes what is in flight.
  std::optional<Command> take_in(Mailbox::Outcome outcome, const store::Reader& state);

 private:
  Options options_;
  std::set<EffectId> running_;
  EffectId handed_up_to_;
  bool more_ = true;
};

}  // namespace florin::engine
