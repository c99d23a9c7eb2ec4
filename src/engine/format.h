// How the API shows what stands in an event's context.
#pragma once

#include <string>

#include "engine/context.h"

namespace florin::engine {

// "0.1234.7": partition, entry sequence, index.
std::string format_position(Position position);
// "api_key:key_...", "platform", "system", "psp:sandbox", "operator:...".
std::string format_actor(const Actor& actor);
// 32 and 16 hexadecimal digits; empty where there is none.
std::string format_trace_id(const TraceContext& trace);
std::string format_span_id(const TraceContext& trace);

}  // namespace florin::engine
