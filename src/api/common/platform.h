// What every API service stands on.
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "engine/partition.h"

namespace florin::api {

class Resources;

// Everything here outlives the services.
struct Platform {
  engine::Partition& partition;
  const Clock& clock;
  Random& random;
  // What the audit of operators can show; null for none, in tests.
  const Resources* resources = nullptr;
};

}  // namespace florin::api
