#include "store/store.h"

#include "base/encoding.h"
#include "crypto/hash.h"
#include "store/memory_store.h"
#include "store/rocks_store.h"

namespace florin::store {

std::string digest(const WriteSet& writes) {
  std::string bytes;
  for (const auto& [key, value] : writes) {
    put_u32_be(bytes, static_cast<std::uint32_t>(key.size()));
    bytes += key;
    put_u8(bytes, value ? 1 : 0);
    if (!value) continue;
    put_u32_be(bytes, static_cast<std::uint32_t>(value->size()));
    bytes += *value;
  }
  return std::string(crypto::as_bytes(crypto::sha256(bytes)).substr(0, 16));
}

Result<OpenedStore> open_store(const StoreOptions& options) {
  if (options.in_memory) return OpenedStore{make_memory_store()};
  return open_rocks_store({.store = options});
}

}  // namespace florin::store
