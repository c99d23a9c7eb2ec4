// How each event changes the rows.
#pragma once

#include "engine/registry.h"

namespace florin::checkout {

void register_events(engine::Registry& registry);

}  // namespace florin::checkout
