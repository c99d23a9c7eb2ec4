// CommandRunner: one command from its context to an accepted or dropped work. Knows idempotency; knows no journal.
#pragma once

#include "base/result.h"
#include "engine/command.h"
#include "engine/entry_builder.h"
#include "engine/lane_work.h"

namespace florin::engine {

// What a command's context must be before the lane takes it: plain text for the journal, a fair idempotency key.
Status check_context(const CommandContext& context);

// Decides `command` for `entry`: either its work is kept there, or nothing of it remains. The reply's sequence is the
// entry that holds what it tells of. An exception of a library inside decide is an `internal` error.
Result<CommandReply> run_command(WorkRoom& room, EntryBuilder& entry, Command& command);

}  // namespace florin::engine
