// The store on disk, in RocksDB. Everything above uses it through store.h; this header is for open_store and for tests.
#pragma once

#include <cstdint>

#include "store/store.h"
#include "store/table_ids.h"

namespace rocksdb {
class Env;
}

namespace florin::store {

struct RocksStoreOptions {
  StoreOptions store;
  std::uint32_t state_format = table_id::state_format;
  // RocksDB's door to the file system; nullptr for the machine's.
  rocksdb::Env* env = nullptr;
};

// As open_store.
Result<OpenedStore> open_rocks_store(const RocksStoreOptions& options);

}  // namespace florin::store
