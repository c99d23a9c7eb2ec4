// A walk over committed rows and the overlay's unpublished ones together, in order, in either direction.
#pragma once

#include <memory>

#include "engine/overlay.h"

namespace florin::engine {

// `own` (its rows) and `committed` must outlive the scan; `own` must not change meanwhile.
std::unique_ptr<store::Scan> merged_scan(std::shared_ptr<const Overlay::OrderedRows> own,
                                         const store::Reader& committed, const store::Range& range);

}  // namespace florin::engine
