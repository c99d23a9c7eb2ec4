// What every API service stands on.
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "engine/partition.h"

namespace florin::api {

// Everything here outlives the services.
struct Platform {
  engine::Partition& partition;
  const Clock& clock;
  Random& random;
};

}  // namespace florin::api
