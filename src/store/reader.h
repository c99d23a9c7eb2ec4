// Reader and Writer: state as everything above the store sees it: ordered keys and values, at one moment.
//
// Keys start with the table's number (see table.h), so all tables share one ordered space, one write batch and one
// applied position.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace florin::store {

// Walks keys in order. Owned by one thread; the reader it came from must outlive it, and must not be written to
// meanwhile.
class Scan {
 public:
  virtual ~Scan() = default;
  virtual bool valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual void next() = 0;
};

// A range of keys: from (inclusive) to (exclusive; empty for no end), walked upward or downward.
struct Range {
  std::string from;
  std::string to;
  bool reverse = false;
};

// A failed read of the disk below ends the process: state that cannot be read must not be decided upon, and it can be
// rebuilt from the journal.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  virtual std::unique_ptr<Scan> scan(const Range& range) const = 0;
};

class Writer : public Reader {
 public:
  virtual void put(std::string_view key, std::string_view value) = 0;
  // A put of a key that is not there: a promise which lets the writer forget a row that is soon erased again.
  virtual void insert(std::string_view key, std::string_view value) { put(key, value); }
  virtual void erase(std::string_view key) = 0;
};

}  // namespace florin::store
