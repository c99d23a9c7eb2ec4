// What came back from the provider, on its way to the attempt or operation that asked.
#pragma once

#include "engine/registry.h"
#include "payments/settings.h"

namespace florin::payments {

void on_psp_outcome(engine::Work& work, const Settings& settings, const engine::Effect& effect,
                    const engine::EffectResult& result);

}  // namespace florin::payments
