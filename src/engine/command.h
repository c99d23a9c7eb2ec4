// A command: a request to change state, with everything about it that the lane needs to know.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "engine/context.h"
#include "engine/work.h"

namespace florin::engine {

// What an accepted command answers.
struct CommandReply {
  std::string response;   // what decide returned, usually a serialized message
  bool replayed = false;  // from an idempotency record, nothing was done again
  std::uint64_t sequence =
      0;  // the journal entry that holds it: the position token for reads; of the original when replayed
};

// Runs on the lane: reads state, checks, emits events; returns the response or a refusal, which leaves no trace. Pure:
// no clock but work.now(), no randomness, no I/O, no state but work.state().
using Decide = std::move_only_function<Result<std::string>(Work&)>;

// Called once: on the lane's thread after the command is durable or refused, or inside Partition::submit if it is
// refused at the door. Must be quick: hand over to an Executor. May be empty.
using Done = std::move_only_function<void(Result<CommandReply>)>;

struct Command {
  CommandContext context;
  Decide decide;
  Done done;
};

}  // namespace florin::engine
