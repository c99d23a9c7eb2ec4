// The context of a command: everything about a request that the lane must know, but not what it asks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/time.h"
#include "florin/journal/v1/entry.pb.h"

namespace florin::engine {

// W3C trace context of the request. Made outside the lane; all zeros for none.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool operator==(const TraceContext&) const = default;
};

// Who caused it: "key_..." for an API key, the connector's name for a PSP, empty for the system.
struct Actor {
  journal::v1::ActorKind kind = journal::v1::ACTOR_KIND_SYSTEM;
  std::string id;
};

// Money already in flight (outcomes, timers, webhooks) goes first, then people, then bulk work.
enum class Priority : std::uint8_t { in_flight, interactive, bulk };

// The caller's promise that the same key means the same request. Scope: tenant and method.
struct IdempotencyKey {
  std::string method;   // full procedure name
  std::string key;      // 1 to 255 visible ASCII characters
  std::string request;  // the request message, serialized deterministically; its SHA-256 is the fingerprint
};

struct CommandContext {
  TenantId tenant;  // empty for the platform
  Actor actor;
  TraceContext trace;
  std::string name;  // procedure name, "timer", "effect", "webhook"
  Priority priority = Priority::interactive;
  std::optional<Timestamp> deadline;  // refused with deadline_exceeded if the lane takes it up later
  std::optional<IdempotencyKey> idempotency;
  std::size_t size_bytes = 0;  // of the request, for the intake's byte limit
};

}  // namespace florin::engine
