#include "engine/command_runner.h"

#include <algorithm>
#include <utility>

#include "engine/idempotency.h"

namespace florin::engine {
namespace {

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<std::string> decide_and_react(LaneWork& work, Command& command) {
  try {
    auto response = command.decide(work);
    if (!response.ok()) return response;
    RETURN_IF_ERROR(work.react());
    return response;
  } catch (...) {
    return internal_error("decide_failed", "The request could not be decided because of a bug. It changed nothing.");
  }
}

}  // namespace

Status check_context(const CommandContext& context) {
  if (!is_plain(context.actor.id) || !is_plain(context.name)) {
    return internal_error("command_context_invalid", "The caller's name or the method's is not plain text.");
  }
  if (!context.idempotency) return ok();
  if (!is_plain(context.idempotency->method)) {
    return internal_error("command_context_invalid", "The method's name is not plain text.");
  }
  return check_idempotency_key(*context.idempotency);
}

Result<CommandReply> run_command(WorkRoom& room, EntryBuilder& entry, Command& command) {
  const CommandContext& context = command.context;
  if (context.idempotency) {
    const IdempotencyScope scope{context.tenant, context.idempotency->method, context.idempotency->key};
    const auto record = find_idempotency_record(room.overlay, scope);
    if (record) return replay_answer(*record, *context.idempotency);
  }

  LaneWork work(room, entry, context);
  auto response = decide_and_react(work, command);
  if (work.failure()) return *work.failure();
  if (!response.ok()) return std::move(response).error();
  if (context.idempotency) {
    work.emit({}, recorded_event(*context.idempotency, *response, entry.time, room.limits));
    if (work.failure()) return *work.failure();
  }
  work.keep();
  return CommandReply{.response = *std::move(response), .replayed = false, .sequence = entry.sequence};
}

}  // namespace florin::engine
