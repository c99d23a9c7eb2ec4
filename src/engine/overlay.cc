#include "engine/overlay.h"

#include "base/check.h"
#include "engine/merged_scan.h"

namespace florin::engine {

Overlay::Overlay(const store::Reader& committed, std::size_t cache_bytes)
    : committed_(committed), cache_(cache_bytes) {}

std::optional<std::string> Overlay::get(std::string_view key) const {
  if (!cells_.empty()) {
    const auto cell = cells_.find(key);
    if (cell != cells_.end()) return cell->second.value;
  }
  if (const RowCache::Value* cached = cache_.find(key)) return *cached;
  auto value = committed_.get(key);
  cache_.insert(key, value);
  return value;
}

std::unique_ptr<store::Scan> Overlay::scan(const store::Range& range) const {
  return merged_scan(order_, committed_, range);
}

Overlay::Cell& Overlay::touch(std::string_view key) {
  const auto [place, inserted] = cells_.try_emplace(key);
  if (inserted) order_.insert(&*place);
  Cell& cell = place->second;
  if (in_work_ && (inserted || cell.work != work_)) {
    undo_.push_back({&*place, inserted ? std::nullopt : std::optional(std::move(cell))});
  }
  cell.batch = batch_;
  cell.work = work_;
  return cell;
}

void Overlay::remove(Row* row) {
  order_.erase(row);
  cells_.erase(row->first);
}

void Overlay::put(std::string_view key, std::string_view value) {
  touch(key).value = value;
}

void Overlay::erase(std::string_view key) {
  touch(key).value.reset();
}

void Overlay::begin_work() {
  CHECK(!in_work_);
  in_work_ = true;
  ++work_;
}

void Overlay::keep_work() {
  CHECK(in_work_);
  in_work_ = false;
  undo_.clear();
}

void Overlay::drop_work() {
  CHECK(in_work_);
  in_work_ = false;
  for (Undo& undo : undo_) {
    if (undo.before) {
      undo.row->second = std::move(*undo.before);
    } else {
      remove(undo.row);
    }
  }
  undo_.clear();
}

store::WriteSet Overlay::close_batch() {
  CHECK(!in_work_);
  store::WriteSet writes;
  for (const Row* row : order_) {
    if (row->second.batch == batch_) writes.emplace_back(row->first, row->second.value);
  }
  ++batch_;
  return writes;
}

void Overlay::publish(const store::WriteSet& writes) {
  ++published_;
  CHECK(published_ < batch_);
  for (const auto& [key, value] : writes) {
    cache_.update(key, value);
    const auto cell = cells_.find(key);
    CHECK(cell != cells_.end());
    if (cell->second.batch == published_) remove(&*cell);
  }
}

}  // namespace florin::engine
