#include "engine/row_cache.h"

#include <utility>

#include "base/check.h"

namespace florin::engine {
namespace {

// What a slot, its index entry and two allocations cost beside the bytes.
constexpr std::size_t slot_overhead = 128;

}  // namespace

std::size_t RowCache::Slot::cost() const {
  return slot_overhead + key.size() + (value ? value->size() : 0);
}

const RowCache::Value* RowCache::find(std::string_view key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  Slot& slot = slots_[found->second];
  slot.used = true;
  return &slot.value;
}

void RowCache::insert(std::string_view key, const Value& value) {
  if (slot_overhead + key.size() + (value ? value->size() : 0) > bytes_max_ / 256) return;
  std::size_t number = slots_.size();
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[number];
  slot.key = key;
  slot.value = value;
  slot.taken = true;
  const bool inserted = index_.emplace(slot.key, number).second;
  CHECK(inserted);
  bytes_ += slot.cost();
  make_room();
}

void RowCache::update(std::string_view key, Value value) {
  const auto found = index_.find(key);
  if (found == index_.end()) return;
  Slot& slot = slots_[found->second];
  bytes_ -= slot.cost();
  slot.value = std::move(value);
  bytes_ += slot.cost();
  if (slot.cost() > bytes_max_ / 256) remove(found->second);
  make_room();
}

void RowCache::make_room() {
  while (bytes_ > bytes_max_) evict_one();
}

void RowCache::evict_one() {
  for (;;) {
    hand_ = (hand_ + 1) % slots_.size();
    Slot& slot = slots_[hand_];
    if (!slot.taken) continue;
    if (!slot.used) return remove(hand_);
    slot.used = false;
  }
}

void RowCache::remove(std::size_t number) {
  Slot& slot = slots_[number];
  bytes_ -= slot.cost();
  index_.erase(slot.key);
  slot = Slot{};
  free_.push_back(number);
}

}  // namespace florin::engine
