#include "engine/intake.h"

#include "base/check.h"

namespace florin::engine {
namespace {

// What a command counts beside its request.
constexpr std::size_t command_overhead = 256;
// What a tenant may take in one turn: a few dozen small commands.
constexpr std::size_t quantum = 8'192;

std::size_t cost(const Command& command) {
  return command_overhead + command.context.size_bytes;
}

}  // namespace

Intake::TenantKey Intake::key_of(const Command& command) {
  const Position tenant = command.context.tenant.position;
  return {tenant.partition_and_sequence, tenant.index};
}

Status Intake::offer(Command& command) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    return unavailable("partition_stopped", "The server is shutting down or has stopped. Try again in a moment.");
  }
  const std::size_t bytes = cost(command);
  const auto found = tenant_load_.find(key_of(command));
  const Load tenant = found == tenant_load_.end() ? Load{} : found->second;
  if (load_.commands >= limits_.intake_commands_max || load_.bytes + bytes > limits_.intake_bytes_max ||
      tenant.commands >= limits_.tenant_commands_max || tenant.bytes + bytes > limits_.tenant_bytes_max) {
    return resource_exhausted("overloaded", "Too many requests are waiting. Try again a little later.",
                              limits_.retry_after);
  }
  add(std::move(command));
  return ok();
}

void Intake::push(Command command) {
  const std::lock_guard lock(mutex_);
  add(std::move(command));
}

void Intake::add(Command command) {
  const TenantKey key = key_of(command);
  const std::size_t bytes = cost(command);
  ++load_.commands;
  load_.bytes += bytes;
  Load& tenant = tenant_load_[key];
  ++tenant.commands;
  tenant.bytes += bytes;

  Line& line = lines_[static_cast<std::size_t>(command.context.priority)];
  auto& queue = line.tenants[key];
  if (!queue) {
    queue = std::make_unique<TenantQueue>();
    line.turns.push_back(key);
  }
  queue->commands.push_back(std::move(command));
}

std::optional<Command> Intake::take() {
  const std::lock_guard lock(mutex_);
  for (Line& line : lines_) {
    if (line.turns.empty()) continue;
    Command command = take_from(line);
    unload(command);
    return command;
  }
  return std::nullopt;
}

Command Intake::take_from(Line& line) {
  for (;;) {
    const TenantKey key = line.turns.front();
    const auto found = line.tenants.find(key);
    CHECK(found != line.tenants.end());
    TenantQueue& queue = *found->second;
    if (!queue.in_turn) {
      queue.in_turn = true;
      queue.deficit += quantum;
    }
    const std::size_t bytes = cost(queue.commands.front());
    if (bytes > queue.deficit) {
      // What it saved stays with it; large commands come after as many turns as they weigh.
      queue.in_turn = false;
      line.turns.pop_front();
      line.turns.push_back(key);
      continue;
    }
    queue.deficit -= bytes;
    Command command = std::move(queue.commands.front());
    queue.commands.pop_front();
    if (queue.commands.empty()) {
      line.turns.pop_front();
      line.tenants.erase(found);
    }
    return command;
  }
}

void Intake::unload(const Command& command) {
  const std::size_t bytes = cost(command);
  --load_.commands;
  load_.bytes -= bytes;
  const auto tenant = tenant_load_.find(key_of(command));
  CHECK(tenant != tenant_load_.end());
  tenant->second.bytes -= bytes;
  if (--tenant->second.commands == 0) tenant_load_.erase(tenant);
}

void Intake::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

std::size_t Intake::size() const {
  const std::lock_guard lock(mutex_);
  return load_.commands;
}

}  // namespace florin::engine
