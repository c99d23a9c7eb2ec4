// Intake: the commands that wait for the lane. Bounded, fair and urgent-first.
//
// Among the three priorities the more urgent always goes first. Within one, tenants take turns by deficit round robin:
// each turn a tenant may take what it saved up, counted in bytes, so that neither many nor large commands of one tenant
// hold up the others.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/result.h"
#include "engine/command.h"
#include "engine/limits.h"

namespace florin::engine {

class Intake {
 public:
  explicit Intake(const Limits& limits) : limits_(limits) {}

  // Takes `command` over, or leaves it untouched and says why not: resource_exhausted (overloaded) when full,
  // unavailable (partition_stopped) when closed. Thread-safe.
  Status offer(Command& command);
  // The same without bounds, for outcomes of effects: their number is bounded by what was requested. Thread-safe.
  void push(Command command);

  // The next one to decide. Thread-safe.
  std::optional<Command> take();

  // Refuses what is offered from now on. Thread-safe.
  void close();
  // Waiting now. Thread-safe.
  std::size_t size() const;

 private:
  using TenantKey = std::pair<std::uint64_t, std::uint32_t>;
  struct TenantQueue {
    std::deque<Command> commands;
    std::size_t deficit = 0;  // bytes it may still take
    bool in_turn = false;     // got its quantum for this turn
  };
  // The commands of one priority.
  struct Line {
    absl::flat_hash_map<TenantKey, std::unique_ptr<TenantQueue>> tenants;  // those that have commands
    std::deque<TenantKey> turns;
  };
  struct Load {
    std::size_t commands = 0;
    std::size_t bytes = 0;
  };

  static TenantKey key_of(const Command& command);
  void add(Command command);
  Command take_from(Line& line);
  void unload(const Command& command);

  const Limits& limits_;
  mutable std::mutex mutex_;
  std::array<Line, 3> lines_;                         // by priority
  absl::flat_hash_map<TenantKey, Load> tenant_load_;  // all priorities together
  Load load_;
  bool closed_ = false;
};

}  // namespace florin::engine
