// Hooks the payments domain into the engine.
#pragma once

#include "engine/registry.h"
#include "payments/settings.h"

namespace florin::payments {

// Declares events, the outcome of PSP effects, timers, and the checks of `florin verify`. `settings` must outlive the
// registry.
void register_payments(engine::Registry& registry, const Settings& settings);

}  // namespace florin::payments
