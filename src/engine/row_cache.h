// RowCache: committed rows that were read lately, so that hot rows cost no read of the store. Bounded in bytes; what
// was not used since the clock's hand last passed leaves first. Remembers absent rows too. Belongs to the lane's
// thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text_key.h"

namespace florin::engine {

class RowCache {
 public:
  using Value = std::optional<std::string>;  // nothing: the row is known to be absent

  explicit RowCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null if the cache does not know. Valid until the next call.
  const Value* find(std::string_view key);
  // `key` must not be in the cache. Rows of more than 1/256 of the cache are not taken.
  void insert(std::string_view key, const Value& value);
  // Gives a row that is in the cache its new value; does nothing for others.
  void update(std::string_view key, Value value);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    std::string key;
    Value value;
    bool used = false;  // since the hand last passed
    bool taken = false;
    std::size_t cost() const;
  };

  void evict_one();
  void remove(std::size_t slot);
  void make_room();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t hand_ = 0;
  std::deque<Slot> slots_;  // never shrinks or moves: the index's keys point into it
  std::vector<std::size_t> free_;
  absl::flat_hash_map<std::string_view, std::size_t, TextHash, TextEqual> index_;
};

}  // namespace florin::engine
