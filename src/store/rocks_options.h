// How RocksDB is tuned for Florin's state: tens of millions of small rows, a few gigabytes on disk, a few hundred
// megabytes of memory, and a journal on the same device whose syncs come first. Each choice and its reason stand in the
// .cc.
#pragma once

#include <rocksdb/options.h>

#include "store/store.h"

namespace florin::store {

rocksdb::Options make_rocks_options(const StoreOptions& options);

}  // namespace florin::store
