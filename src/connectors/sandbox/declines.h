// The sandbox PSP's decline codes in Florin's taxonomy.
#pragma once

#include <span>

#include "connectors/connector.h"

namespace florin::connectors::sandbox {

// Sorted by code.
std::span<const DeclineRule> decline_rules();

}  // namespace florin::connectors::sandbox
