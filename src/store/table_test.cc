#include "store/table.h"

#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "base/encoding.h"
#include "store/table_ids.h"

namespace florin::store {
namespace {

// A Writer over a plain map, as a lane's overlay looks to a table.
class MapWriter : public Writer {
 public:
  std::optional<std::string> get(std::string_view key) const override {
    const auto row = rows.find(std::string(key));
    return row == rows.end() ? std::nullopt : std::optional(row->second);
  }
  std::unique_ptr<Scan> scan(const Range& range) const override { return std::make_unique<MapScan>(rows, range); }
  void put(std::string_view key, std::string_view value) override { rows[std::string(key)] = value; }
  void erase(std::string_view key) override { rows.erase(std::string(key)); }

  std::map<std::string, std::string> rows;

 private:
  class MapScan : public Scan {
   public:
    MapScan(const std::map<std::string, std::string>& rows, const Range& range) {
      for (const auto& row : rows) {
        if (row.first >= range.from && (range.to.empty() || row.first < range.to)) rows_.push_back(row);
      }
      if (range.reverse) std::ranges::reverse(rows_);
    }
    bool valid() const override { return at_ < rows_.size(); }
    std::string_view key() const override { return rows_[at_].first; }
    std::string_view value() const override { return rows_[at_].second; }
    void next() override { ++at_; }

   private:
    std::vector<std::pair<std::string, std::string>> rows_;
    std::size_t at_ = 0;
  };
};

struct Fruit {
  std::uint32_t color;
  std::uint32_t size;
  bool operator==(const Fruit&) const = default;
};

constexpr TableId fruits_id = 200;
constexpr TableId by_color = 201;
constexpr TableId by_each_size = 202;

// Filed once by color, and under each size up to its own; size 0 is not filed.
Table<Fruit> make_fruits() {
  return Table<Fruit>{
      {fruits_id, "fruits"},
      {{by_color, [](std::string_view, const Fruit& row, IndexKeys& keys) { keys.add(Key().u32(row.color)); }},
       {by_each_size, [](std::string_view, const Fruit& row, IndexKeys& keys) {
          for (std::uint32_t size = 1; size <= row.size; ++size) keys.add(Key().u32(size));
        }}}};
}

Key name(std::string_view text) {
  return Key().text(text);
}

template <class Row>
std::vector<std::string> names(const std::vector<Keyed<Row>>& rows) {
  std::vector<std::string> result;
  for (const auto& row : rows) result.push_back(row.key.substr(0, row.key.size() - 1));
  return result;
}

// The names of what an index lists, from the end of its keys.
std::vector<std::string> indexed(const std::vector<Keyed<Fruit>>& rows) {
  std::vector<std::string> result;
  for (const auto& row : rows) result.push_back(row.key.substr(4, row.key.size() - 5));
  return result;
}

using Names = std::vector<std::string>;

TEST(Table, KeepsIndexesThroughPutUpdateAndErase) {
  const auto fruits = make_fruits();
  MapWriter state;
  fruits.put(state, name("apple"), {1, 2});
  fruits.put(state, name("cherry"), {1, 0});
  fruits.put(state, name("plum"), {2, 1});
  EXPECT_EQ(indexed(fruits.list_by(state, by_color, Key().u32(1), 9)), (Names{"apple", "cherry"}));
  EXPECT_EQ(indexed(fruits.list_by(state, by_each_size, Key(), 9)), (Names{"apple", "plum", "apple"}));

  fruits.put(state, name("apple"), {2, 1});
  EXPECT_EQ(indexed(fruits.list_by(state, by_color, Key().u32(1), 9)), (Names{"cherry"}));
  EXPECT_EQ(indexed(fruits.list_by(state, by_color, Key().u32(2), 9)), (Names{"apple", "plum"}));
  EXPECT_EQ(indexed(fruits.list_by(state, by_each_size, Key(), 9)), (Names{"apple", "plum"}));

  fruits.erase(state, name("apple"));
  fruits.erase(state, name("nothing"));
  EXPECT_FALSE(fruits.has(state, name("apple")));
  EXPECT_FALSE(fruits.get(state, name("apple")));
  fruits.erase(state, name("plum"));
  fruits.erase(state, name("cherry"));
  EXPECT_TRUE(state.rows.empty());
}

TEST(Table, AnUpdateThatLeavesIndexesAloneWritesOnlyTheRow) {
  const auto fruits = make_fruits();
  MapWriter state;
  fruits.put(state, name("apple"), {1, 1});
  const auto before = state.rows;
  fruits.put(state, name("apple"), {1, 1});
  EXPECT_EQ(state.rows, before);
  EXPECT_EQ(fruits.get(state, name("apple")), (Fruit{1, 1}));
}

TEST(Table, ListsByPrefixAndPageBothWays) {
  const auto fruits = make_fruits();
  MapWriter state;
  for (const auto* text : {"a", "ab", "b", "ba", "bb", "c"}) fruits.put(state, name(text), {7, 0});
  EXPECT_EQ(names(fruits.list(state, Key().raw("b"), 9)), (Names{"b", "ba", "bb"}));
  EXPECT_EQ(names(fruits.list(state, Key().raw("b"), 2)), (Names{"b", "ba"}));
  EXPECT_EQ(names(fruits.list(state, Key().raw("b"), 9, name("ba").bytes())), (Names{"ba", "bb"}));
  EXPECT_EQ(names(fruits.list(state, Key().raw("b"), 2, {}, true)), (Names{"bb", "ba"}));
  EXPECT_EQ(names(fruits.list(state, Key().raw("b"), 9, name("ba").bytes(), true)), (Names{"ba", "b"}));
  EXPECT_EQ(names(fruits.list(state, Key(), 9)), (Names{"a", "ab", "b", "ba", "bb", "c"}));
  EXPECT_TRUE(fruits.list(state, Key(), 0).empty());

  const auto first = fruits.list_by(state, by_color, Key().u32(7), 3);
  const auto rest = fruits.list_by(state, by_color, Key().u32(7), 9, first.back().key);
  EXPECT_EQ(indexed(rest), (Names{"b", "ba", "bb", "c"}));
  const auto down = fruits.list_by(state, by_color, Key().u32(7), 9, first.back().key, true);
  EXPECT_EQ(indexed(down), (Names{"b", "ab", "a"}));
}

TEST(Table, EqualMessagesGiveEqualBytes) {
  google::protobuf::Struct up;
  google::protobuf::Struct down;
  for (int i = 0; i < 50; ++i) (*up.mutable_fields())[std::to_string(i)].set_number_value(i);
  for (int i = 49; i >= 0; --i) (*down.mutable_fields())[std::to_string(i)].set_number_value(i);
  const auto bytes = Table<google::protobuf::Struct>::encode(up);
  EXPECT_EQ(bytes, Table<google::protobuf::Struct>::encode(down));
  EXPECT_EQ(Table<google::protobuf::Struct>::decode(bytes).fields().size(), 50u);
}

// A page token may come from a caller: it must not lead out of what the prefix allows.
TEST(Table, StartOutsideThePrefixNeverLeavesIt) {
  const auto fruits = make_fruits();
  MapWriter state;
  for (const auto* text : {"a", "b", "c"}) fruits.put(state, name(text), {7, 0});
  for (const auto* from : {"a", "c"}) {
    for (const bool reverse : {false, true}) {
      for (const auto& row : fruits.list(state, name("b"), 9, name(from).bytes(), reverse)) {
        EXPECT_EQ(row.key, name("b").bytes()) << from << reverse;
      }
    }
  }
}

TEST(Table, ADanglingIndexIsABug) {
  const auto fruits = make_fruits();
  MapWriter state;
  fruits.put(state, name("apple"), {1, 1});
  state.rows.erase(static_cast<char>(fruits_id) + name("apple").bytes());
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)fruits.list_by(state, by_color, Key(), 1), "index 201 of fruits");
}

TEST(Table, IndexesEqualWhatTheRowsSay) {
  EXPECT_TRUE(rc::check([] {
    const auto fruits = make_fruits();
    MapWriter state;
    std::map<std::string, Fruit> model;
    const auto steps = *rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, bool>>>(
        rc::gen::tuple(rc::gen::inRange<std::uint8_t>(0, 5), rc::gen::inRange<std::uint8_t>(0, 3),
                       rc::gen::inRange<std::uint8_t>(0, 4), rc::gen::weightedElement<bool>({{3, true}, {1, false}})));
    for (const auto& [which, color, size, put] : steps) {
      const std::string text(1, static_cast<char>('a' + which));
      if (put) {
        fruits.put(state, name(text), {color, size});
        model[text] = {color, size};
      } else {
        fruits.erase(state, name(text));
        model.erase(text);
      }
    }
    std::size_t filed = 0;
    for (std::uint32_t color = 0; color < 3; ++color) {
      Names expected;
      for (const auto& [text, fruit] : model) {
        if (fruit.color == color) expected.push_back(text);
      }
      RC_ASSERT(indexed(fruits.list_by(state, by_color, Key().u32(color), 9)) == expected);
      filed += expected.size();
    }
    for (const auto& [text, fruit] : model) filed += 1 + fruit.size;
    RC_ASSERT(state.rows.size() == filed);
  }));
}

TEST(TableIds, NumberOfTheStoreItselfIsFree) {
  EXPECT_GT(table_id::meta, 0);
}

}  // namespace
}  // namespace florin::store
