// Overlay: the lane's view of state: what is committed, under what the batches in flight, the current batch and the
// current work have written. Belongs to the lane's thread.
//
// Unpublished writes stand in one hash table, each marked with the batch that wrote it last. Those of a table that is
// scanned stand beside it in the order of their keys, from the first scan on. A work's first write of a key remembers
// what stood there, so that a refused work can be taken back.
#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/node_hash_map.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/row_cache.h"
#include "engine/text_key.h"
#include "store/reader.h"
#include "store/store.h"

namespace florin::engine {

class Overlay final : public store::Writer {
 public:
  // `committed` must outlive the overlay. It may change at any time, but only by batches that were closed and not yet
  // published, whose rows are read here.
  explicit Overlay(const store::Reader& committed, std::size_t cache_bytes = 64u << 20);

  std::optional<std::string> get(std::string_view key) const override;
  std::unique_ptr<store::Scan> scan(const store::Range& range) const override;
  void put(std::string_view key, std::string_view value) override;
  void insert(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

  // One work at a time; writes outside a work cannot be taken back.
  void begin_work();
  void keep_work();
  void drop_work();

  // Ends the current batch and gives its net writes, in the order of their keys. They stay visible here until they are
  // published.
  store::WriteSet close_batch();
  // The oldest closed batch is in `committed` now.
  void publish();

  struct Cell {
    std::optional<std::string> value;  // nothing: erased
    std::uint64_t batch = 0;
    std::uint64_t work = 0;
    bool fresh = false;  // was not there before this batch
  };
  using Cells = absl::node_hash_map<std::string, Cell, TextHash, TextEqual>;
  using Row = Cells::value_type;  // never moves
  struct ByKey {
    using is_transparent = void;
    static std::string_view key(const Row* row) { return row->first; }
    static std::string_view key(std::string_view text) { return text; }
    bool operator()(const auto& a, const auto& b) const { return key(a) < key(b); }
  };
  using OrderedRows = absl::btree_set<Row*, ByKey>;

 private:
  struct Undo {
    Row* row;
    std::optional<Cell> before;  // nothing: the row was not there
  };
  // Unpublished rows of one table, in order; null until somebody scans it.
  using TableOrder = std::shared_ptr<OrderedRows>;
  static std::size_t table_of(std::string_view key) {
    return key.empty() ? 0 : static_cast<unsigned char>(key.front());
  }

  enum class Before : bool { unknown, absent };
  Cell& touch(std::string_view key, Before before);
  void remove(Row* row);
  std::shared_ptr<const OrderedRows> ordered(const store::Range& range) const;

  const store::Reader& committed_;
  mutable RowCache cache_;
  mutable Cells cells_;
  mutable std::array<TableOrder, 256> orders_;
  std::vector<Row*> batch_rows_;          // written by the current batch, in the order of their first write
  std::deque<std::vector<Row*>> closed_;  // the same of the closed batches
  std::size_t rows_before_work_ = 0;      // of batch_rows_
  std::vector<Undo> undo_;
  std::uint64_t batch_ = 1;      // the current one
  std::uint64_t published_ = 0;  // the last one that was
  std::uint64_t work_ = 0;
  bool in_work_ = false;
};

}  // namespace florin::engine
