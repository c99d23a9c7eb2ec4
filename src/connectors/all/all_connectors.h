// All connectors that this program has.
#pragma once

#include "connectors/registry.h"

namespace florin::connectors {

// Made at the first call; lives for the whole program. Thread-safe.
const Registry& all_connectors();

}  // namespace florin::connectors
