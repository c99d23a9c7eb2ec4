// EffectRunner: does what an effect asks, outside the lane. The engine hands it every effect once it is durable, and
// again after a restart; the runner uses the effect's id towards the provider so that doing it again does no harm.
#pragma once

#include <functional>

#include "engine/registry.h"

namespace florin::engine {

using EffectDone = std::move_only_function<void(EffectResult)>;

class EffectRunner {
 public:
  virtual ~EffectRunner() = default;
  // Starts `effect` and returns at once; `done` is called once, from any thread, also when the runner is shut down
  // (unknown).
  virtual void run(Effect effect, EffectDone done) = 0;
};

}  // namespace florin::engine
