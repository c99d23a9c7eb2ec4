// Table: typed rows under one table number, with secondary indexes that it keeps by itself.
//
//   const Table<PaymentRow> payments{{table_id::payments, "payments"}, {
//       {table_id::payments_by_status, [](std::string_view, const PaymentRow& row, IndexKeys& keys) {
//       keys.add(Key()...); }}}};
//   payments.put(writer, Key().id(tenant).id(payment), row);
//   auto row = payments.get(reader, Key().id(tenant).id(payment));
//
// What a row may be stands in row.h. An index entry's key is the index's own key followed by the primary key; its value
// is the primary key.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "store/key.h"
#include "store/reader.h"
#include "store/row.h"

namespace florin::store {

// Unique across Florin; the list stands in table_ids.h.
using TableId = std::uint8_t;

// Collects the keys under which an index files one row.
class IndexKeys {
 public:
  void add(const Key& key) { keys_.push_back(key.bytes()); }
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  std::vector<std::string> keys_;
};

template <class Row>
struct Index {
  TableId id;
  // Adds none, one or several keys for `row`. Pure.
  std::function<void(std::string_view primary_key, const Row& row, IndexKeys& keys)> keys;
};

struct TableName {
  TableId id;
  std::string_view name;
};

// One row of a scan.
template <class Row>
struct Keyed {
  std::string key;  // the primary key, without the table's number
  Row row;
};

template <class Row>
class Table {
 public:
  explicit Table(TableName name, std::vector<Index<Row>> indexes = {}) : name_(name), indexes_(std::move(indexes)) {}

  TableId id() const { return name_.id; }
  std::string_view name() const { return name_.name; }

  std::optional<Row> get(const Reader& reader, const Key& key) const { return get_bytes(reader, key.bytes()); }
  bool has(const Reader& reader, const Key& key) const { return reader.get(full(name_.id, key.bytes())).has_value(); }

  void put(Writer& writer, const Key& key, const Row& row) const {
    if (!indexes_.empty()) update_indexes(writer, key.bytes(), get(writer, key), &row);
    writer.put(full(name_.id, key.bytes()), encode(row));
  }

  void erase(Writer& writer, const Key& key) const {
    if (!indexes_.empty()) update_indexes(writer, key.bytes(), get(writer, key), nullptr);
    writer.erase(full(name_.id, key.bytes()));
  }

  // At most `count` rows whose primary key starts with `prefix`, in order, starting at `from` (a primary key,
  // inclusive; empty for the first). In reverse, `from` is the greatest key to take. Rows outside the prefix never come
  // back, whatever `from` is.
  std::vector<Keyed<Row>> list(const Reader& reader, const Key& prefix, std::size_t count, std::string_view from = {},
                               bool reverse = false) const {
    std::vector<Keyed<Row>> rows;
    if (count == 0) return rows;
    walk(reader, prefix, {from, reverse}, [&](std::string_view key, Row row) {
      rows.push_back({std::string(key), std::move(row)});
      return rows.size() < count;
    });
    return rows;
  }

  // As `list`, but through index `index`: `prefix` and `from` are keys of the index, the result's `key` is the index
  // key (for the next page) and its row is the primary row.
  std::vector<Keyed<Row>> list_by(const Reader& reader, TableId index, const Key& prefix, std::size_t count,
                                  std::string_view from = {}, bool reverse = false) const {
    std::vector<Keyed<Row>> rows;
    if (count == 0) return rows;
    walk_by(reader, index, prefix, {from, reverse}, [&](std::string_view key, Row row) {
      rows.push_back({std::string(key), std::move(row)});
      return rows.size() < count;
    });
    return rows;
  }

  // As `list` and `list_by`, but hands each key and row to `visit` until it returns false.
  struct From {
    std::string_view key;
    bool reverse = false;
  };
  template <class Visit>
  void walk(const Reader& reader, const Key& prefix, From from, Visit visit) const {
    for (auto scan = scan_prefix(reader, name_.id, prefix.bytes(), from); scan->valid(); scan->next()) {
      if (!visit(scan->key().substr(1), decode(scan->value()))) return;
    }
  }
  template <class Visit>
  void walk_by(const Reader& reader, TableId index, const Key& prefix, From from, Visit visit) const {
    for (auto scan = scan_prefix(reader, index, prefix.bytes(), from); scan->valid(); scan->next()) {
      auto row = get_bytes(reader, scan->value());
      CHECK(row, "index {} of {} names a row that is not there", index, name_.name);
      if (!visit(scan->key().substr(1), std::move(*row))) return;
    }
  }

  static std::string encode(const Row& row) { return encode_row(row); }
  static Row decode(std::string_view bytes) { return decode_row<Row>(bytes); }

 private:
  static std::string full(TableId id, std::string_view key) {
    std::string bytes;
    bytes.reserve(1 + key.size());
    bytes.push_back(static_cast<char>(id));
    bytes += key;
    return bytes;
  }

  static std::unique_ptr<Scan> scan_prefix(const Reader& reader, TableId id, std::string_view prefix, From from) {
    Range range{full(id, prefix), prefix_end(full(id, prefix)), from.reverse};
    if (from.key.empty()) return reader.scan(range);
    if (from.reverse) {
      const auto after = full(id, from.key) + '\0';
      if (range.to.empty() || after < range.to) range.to = after;
    } else {
      range.from = std::max(range.from, full(id, from.key));
    }
    return reader.scan(range);
  }

  std::optional<Row> get_bytes(const Reader& reader, std::string_view key) const {
    const auto bytes = reader.get(full(name_.id, key));
    if (!bytes) return std::nullopt;
    return decode(*bytes);
  }

  void update_indexes(Writer& writer, const std::string& key, const std::optional<Row>& before,
                      const Row* after) const {
    for (const auto& index : indexes_) {
      IndexKeys old_keys;
      IndexKeys new_keys;
      if (before) index.keys(key, *before, old_keys);
      if (after) index.keys(key, *after, new_keys);
      if (before && after && old_keys.keys() == new_keys.keys()) continue;
      for (const auto& k : old_keys.keys()) writer.erase(full(index.id, k + key));
      for (const auto& k : new_keys.keys()) writer.insert(full(index.id, k + key), key);
    }
  }

  TableName name_;
  std::vector<Index<Row>> indexes_;
};

}  // namespace florin::store
