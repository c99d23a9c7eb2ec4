// The store in memory: one ordered map that keeps older versions of a row for as long as a snapshot may ask for them.
// Nothing outlives the process and nothing depends on time or threads, so tests and the simulator see the same run each
// time.
#pragma once

#include <memory>

#include "store/store.h"

namespace florin::store {

std::unique_ptr<Store> make_memory_store();

}  // namespace florin::store
