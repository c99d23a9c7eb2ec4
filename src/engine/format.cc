#include "engine/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"

namespace florin::engine {
namespace {

std::string_view kind_name(journal::v1::ActorKind kind) {
  switch (kind) {
    case journal::v1::ACTOR_KIND_API_KEY:
      return "api_key";
    case journal::v1::ACTOR_KIND_PLATFORM:
      return "platform";
    case journal::v1::ACTOR_KIND_PSP:
      return "psp";
    case journal::v1::ACTOR_KIND_OPERATOR:
      return "operator";
    case journal::v1::ACTOR_KIND_SHOPPER:
      return "shopper";
    default:
      return "system";
  }
}

template <std::size_t size>
std::string hex_unless_zero(const std::array<std::uint8_t, size>& bytes) {
  if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) return {};
  return hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string format_position(Position position) {
  return fmt::format("{}.{}.{}", position.partition(), position.sequence(), position.index);
}

std::string format_actor(const Actor& actor) {
  if (actor.id.empty()) return std::string(kind_name(actor.kind));
  return fmt::format("{}:{}", kind_name(actor.kind), actor.id);
}

std::string format_trace_id(const TraceContext& trace) {
  return hex_unless_zero(trace.trace_id);
}

std::string format_span_id(const TraceContext& trace) {
  return hex_unless_zero(trace.span_id);
}

}  // namespace florin::engine
