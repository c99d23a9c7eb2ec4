#include "engine/overlay.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/merged_scan.h"

namespace florin::engine {
namespace {

// Whether all keys of the range, which starts within a table, belong to that table.
bool ends_within_table(const store::Range& range) {
  if (range.to.empty()) return false;
  const auto table = static_cast<unsigned char>(range.from.front());
  const auto last = static_cast<unsigned char>(range.to.front());
  return last == table || (last == table + 1 && range.to.size() == 1);
}

}  // namespace

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
  return merged_scan(ordered(range), committed_, range);
}

std::shared_ptr<const Overlay::OrderedRows> Overlay::ordered(const store::Range& range) const {
  const bool one_table = !range.from.empty() && ends_within_table(range);
  TableOrder whole;
  TableOrder& order = one_table ? orders_[table_of(range.from)] : whole;
  if (order) return order;
  order = std::make_shared<OrderedRows>();
  for (Row& row : cells_) {
    if (!one_table || table_of(row.first) == table_of(range.from)) order->insert(&row);
  }
  return order;
}

Overlay::Cell& Overlay::touch(std::string_view key, Before before) {
  const auto [place, inserted] = cells_.try_emplace(key);
  Row* const row = &*place;
  if (inserted) {
    if (const auto& order = orders_[table_of(key)]) order->insert(row);
  }
  Cell& cell = row->second;
  const bool first_of_batch = cell.batch != batch_;
  if (first_of_batch) batch_rows_.push_back(row);
  if (in_work_ && (inserted || cell.work != work_)) {
    undo_.push_back({row, inserted ? std::nullopt : std::optional(std::move(cell))});
  }
  if (first_of_batch) cell.fresh = before == Before::absent;
  cell.batch = batch_;
  cell.work = work_;
  return cell;
}

void Overlay::remove(Row* row) {
  if (const auto& order = orders_[table_of(row->first)]) order->erase(row);
  cells_.erase(row->first);
}

void Overlay::put(std::string_view key, std::string_view value) {
  touch(key, Before::unknown).value = value;
}

void Overlay::insert(std::string_view key, std::string_view value) {
  touch(key, Before::absent).value = value;
}

void Overlay::erase(std::string_view key) {
  touch(key, Before::unknown).value.reset();
}

void Overlay::begin_work() {
  CHECK(!in_work_);
  in_work_ = true;
  ++work_;
  rows_before_work_ = batch_rows_.size();
}

void Overlay::keep_work() {
  CHECK(in_work_);
  in_work_ = false;
  undo_.clear();
}

void Overlay::drop_work() {
  CHECK(in_work_);
  in_work_ = false;
  batch_rows_.resize(rows_before_work_);
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
  std::ranges::sort(batch_rows_, ByKey{});
  store::WriteSet writes;
  writes.reserve(batch_rows_.size());
  for (const Row* row : batch_rows_) {
    const Cell& cell = row->second;
    // What came and went within the batch was never there.
    if (cell.value || !cell.fresh) writes.emplace_back(row->first, cell.value);
  }
  closed_.push_back(std::exchange(batch_rows_, {}));
  ++batch_;
  return writes;
}

void Overlay::publish() {
  CHECK(!closed_.empty());
  ++published_;
  for (Row* row : closed_.front()) {
    // What a later batch wrote again stays, and hides what the cache knows.
    if (row->second.batch != published_) continue;
    cache_.update(row->first, std::move(row->second.value));
    remove(row);
  }
  closed_.pop_front();
}

}  // namespace florin::engine
