// How each payment event changes state. Nothing here decides or can fail.
#pragma once

#include "engine/registry.h"

namespace florin::payments {

void register_events(engine::Registry& registry);

}  // namespace florin::payments
