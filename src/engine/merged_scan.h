// A walk over committed rows and the overlay's unpublished ones together, in order, in either direction.
#pragma once

#include <memory>

#include "engine/overlay.h"

namespace florin::engine {

// `own` and `committed` must outlive the scan and not change meanwhile.
std::unique_ptr<store::Scan> merged_scan(const Overlay::OrderedRows& own, const store::Reader& committed,
                                         const store::Range& range);

}  // namespace florin::engine
