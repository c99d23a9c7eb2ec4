// Wires the ledger into the engine.
#pragma once

#include "engine/registry.h"

namespace florin::ledger {

// Events, the timer of pending transfers, and the check "ledger.books" of `florin verify`.
void register_ledger(engine::Registry& registry);

}  // namespace florin::ledger
