#include "engine/merged_scan.h"

#include <utility>

namespace florin::engine {
namespace {

// The overlay's cells of a range, erased ones included.
class CellScan {
 public:
  CellScan(std::shared_ptr<const Overlay::OrderedRows> own, const store::Range& range)
      : own_(std::move(own)),
        first_(own_->lower_bound(std::string_view(range.from))),
        last_(range.to.empty() ? own_->end() : own_->lower_bound(std::string_view(range.to))),
        reverse_(range.reverse) {
    // An empty range may have its end before its start.
    if (!range.to.empty() && range.to <= range.from) last_ = first_;
  }

  bool valid() const { return first_ != last_; }
  const std::string& key() const { return (*current())->first; }
  const std::optional<std::string>& value() const { return (*current())->second.value; }
  void next() {
    if (reverse_) {
      --last_;
    } else {
      ++first_;
    }
  }

 private:
  Overlay::OrderedRows::const_iterator current() const { return reverse_ ? std::prev(last_) : first_; }

  std::shared_ptr<const Overlay::OrderedRows> own_;
  Overlay::OrderedRows::const_iterator first_;
  Overlay::OrderedRows::const_iterator last_;
  bool reverse_;
};

class MergedScan final : public store::Scan {
 public:
  MergedScan(CellScan cells, std::unique_ptr<store::Scan> rows, bool reverse)
      : cells_(std::move(cells)), rows_(std::move(rows)), reverse_(reverse) {
    settle();
  }

  bool valid() const override { return on_cell_ ? cells_.valid() : rows_->valid(); }
  std::string_view key() const override { return on_cell_ ? std::string_view(cells_.key()) : rows_->key(); }
  std::string_view value() const override { return on_cell_ ? std::string_view(*cells_.value()) : rows_->value(); }
  void next() override {
    if (on_cell_) {
      cells_.next();
    } else {
      rows_->next();
    }
    settle();
  }

 private:
  // Finds which side is next. A cell hides the committed row of the same key, and an erased one itself.
  void settle() {
    for (;;) {
      on_cell_ = cells_.valid();
      if (!on_cell_) return;
      if (rows_->valid()) {
        const int order = rows_->key().compare(cells_.key());
        if (order == 0) {
          rows_->next();
          continue;
        }
        if ((order < 0) != reverse_) {
          on_cell_ = false;
          return;
        }
      }
      if (cells_.value()) return;
      cells_.next();
    }
  }

  CellScan cells_;
  std::unique_ptr<store::Scan> rows_;
  bool reverse_;
  bool on_cell_ = false;
};

}  // namespace

std::unique_ptr<store::Scan> merged_scan(std::shared_ptr<const Overlay::OrderedRows> own,
                                         const store::Reader& committed, const store::Range& range) {
  auto rows = committed.scan(range);
  CellScan cells(std::move(own), range);
  // Nothing of our own in the range: the committed rows are the answer.
  if (!cells.valid()) return rows;
  return std::make_unique<MergedScan>(std::move(cells), std::move(rows), range.reverse);
}

}  // namespace florin::engine
