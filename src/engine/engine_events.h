// The engine's own events: how effects, timers and idempotency records change the state.
#pragma once

namespace florin::engine {

class Registry;

void register_engine_events(Registry& registry);

}  // namespace florin::engine
