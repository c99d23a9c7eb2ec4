// The contract of Store, on both implementations.
#include "store/store.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <map>

#include "base/encoding.h"
#include "store/key.h"
#include "store/testing/temp_directory.h"

namespace florin::store {
namespace {

using Model = std::map<std::string, std::string>;
using Rows = std::vector<std::pair<std::string, std::string>>;

// A few short keys over a few letters, so that they collide, nest and border on each other.
rc::Gen<std::string> a_key() {
  return rc::gen::map(rc::gen::container<std::string>(rc::gen::element('a', 'b', '\x01', '\xff', '\0')),
                      [](std::string tail) { return "t" + tail.substr(0, 3); });
}

rc::Gen<WriteSet> some_writes() {
  using Step = std::tuple<std::string, bool, std::string>;  // key, erased, value
  const auto steps = rc::gen::container<std::vector<Step>>(
      rc::gen::tuple(a_key(), rc::gen::arbitrary<bool>(), rc::gen::arbitrary<std::string>()));
  return rc::gen::map(steps, [](const std::vector<Step>& all) {
    std::map<std::string, std::optional<std::string>> net;
    for (const auto& [key, erased, value] : all) net[key] = erased ? std::nullopt : std::optional(value);
    return WriteSet(net.begin(), net.end());
  });
}

rc::Gen<Range> a_range() {
  return rc::gen::build<Range>(rc::gen::set(&Range::from, rc::gen::oneOf(rc::gen::just(std::string()), a_key())),
                               rc::gen::set(&Range::to, rc::gen::oneOf(rc::gen::just(std::string()), a_key())),
                               rc::gen::set(&Range::reverse, rc::gen::arbitrary<bool>()));
}

void write(Model& model, const WriteSet& writes) {
  for (const auto& [key, value] : writes) {
    if (value) {
      model[key] = *value;
    } else {
      model.erase(key);
    }
  }
}

Rows read(const Reader& reader, const Range& range) {
  Rows rows;
  for (auto scan = reader.scan(range); scan->valid(); scan->next()) rows.emplace_back(scan->key(), scan->value());
  return rows;
}

Rows read(const Model& model, const Range& range) {
  Rows rows;
  for (const auto& row : model) {
    if (row.first >= range.from && (range.to.empty() || row.first < range.to)) rows.push_back(row);
  }
  if (range.reverse) std::ranges::reverse(rows);
  return rows;
}

class StoreContract : public ::testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<Store> open() const {
    auto opened = open_store({.directory = directory_.path(), .in_memory = GetParam()});
    EXPECT_FALSE(opened->rebuilt);
    return std::move(opened->store);
  }

 private:
  testing::TempDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Store, StoreContract, ::testing::Values(true, false),
                         [](const auto& info) { return info.param ? "memory" : "rocksdb"; });

TEST_P(StoreContract, BeginsEmpty) {
  const auto store = open();
  EXPECT_EQ(store->applied(), 0u);
  EXPECT_EQ(store->snapshot()->sequence(), 0u);
  EXPECT_TRUE(read(store->latest(), {}).empty());
  EXPECT_TRUE(store->health().ok());
}

TEST_P(StoreContract, EqualsAMap) {
  const auto store = open();
  Model model;
  EXPECT_TRUE(rc::check([&] {
    const auto sets = *rc::gen::container<std::vector<WriteSet>>(*rc::gen::inRange(1, 4), some_writes());
    std::vector<EntryWrites> entries;
    for (const auto& writes : sets) {
      entries.push_back({store->applied() + entries.size() + 1, &writes});
      write(model, writes);
    }
    store->apply(entries);
    if (*rc::gen::inRange(0, 20) == 0) RC_ASSERT(store->flush().ok());
    const auto range = *a_range();
    const auto key = *a_key();
    const auto found = model.find(key);
    RC_ASSERT(store->latest().get(key) == (found == model.end() ? std::nullopt : std::optional(found->second)));
    RC_ASSERT(read(store->latest(), range) == read(model, range));
    RC_ASSERT(read(*store->snapshot(), range) == read(model, range));
  }));
}

TEST_P(StoreContract, SnapshotsKeepTheirMoment) {
  const auto store = open();
  Model model;
  std::vector<std::pair<std::shared_ptr<const Snapshot>, Model>> moments;
  EXPECT_TRUE(rc::check([&] {
    const auto sets = *rc::gen::container<std::vector<WriteSet>>(*rc::gen::inRange(1, 4), some_writes());
    std::vector<EntryWrites> entries;
    for (const auto& writes : sets) {
      entries.push_back({store->applied() + entries.size() + 1, &writes});
      write(model, writes);
    }
    store->apply(entries);
    if (*rc::gen::arbitrary<bool>()) moments.emplace_back(store->snapshot(), model);
    if (moments.size() > 5) moments.erase(moments.begin() + *rc::gen::inRange(0, 5));
    const auto range = *a_range();
    for (const auto& [snapshot, then] : moments) RC_ASSERT(read(*snapshot, range) == read(then, range));
  }));
}

TEST_P(StoreContract, SnapshotNamesItsSequenceAndOutlivesTheStore) {
  auto store = open();
  store->apply({{"ka", "1"}}, 1);
  const auto first = store->snapshot();
  store->apply({}, 2);
  store->apply({{"ka", std::nullopt}}, 3);
  EXPECT_EQ(first->sequence(), 1u);
  EXPECT_EQ(store->snapshot()->sequence(), 3u);
  EXPECT_EQ(store->applied(), 3u);
  store.reset();
  EXPECT_EQ(first->get("ka"), "1");
}

TEST_P(StoreContract, ScanOutlastsChangesSeenThroughASnapshot) {
  const auto store = open();
  store->apply({{"ka", "1"}, {"kb", "2"}, {"kc", "3"}}, 1);
  const auto snapshot = store->snapshot();
  const auto scan = snapshot->scan({"ka", "kz"});
  store->apply({{"ka", std::nullopt}, {"kb", "9"}, {"kc", std::nullopt}}, 2);
  scan->next();
  EXPECT_EQ(scan->key(), "kb");
  EXPECT_EQ(scan->value(), "2");
  scan->next();
  EXPECT_EQ(scan->key(), "kc");
  scan->next();
  EXPECT_FALSE(scan->valid());
}

TEST_P(StoreContract, ScanOfAnEmptyRangeIsOver) {
  const auto store = open();
  store->apply({{"ka", "1"}}, 1);
  for (const bool reverse : {false, true}) {
    EXPECT_FALSE(store->latest().scan({"kb", "ka", reverse})->valid());
    EXPECT_FALSE(store->latest().scan({"ka", "ka", reverse})->valid());
    EXPECT_FALSE(store->latest().scan({"kb", "", reverse})->valid());
  }
}

TEST_P(StoreContract, EntriesMustFollowEachOther) {
  const auto store = open();
  store->apply({}, 1);
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(store->apply({}, 3), "entry 3 does not follow 1");
  EXPECT_DEATH(store->apply({}, 1), "entry 1 does not follow 1");
}

TEST(Key, PrefixEnd) {
  EXPECT_EQ(prefix_end("ab"), "ac");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
  EXPECT_EQ(prefix_end("\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
  EXPECT_EQ(prefix_end(std::string("a\0", 2)), "a\x01");
}

TEST(Key, KeepsOrder) {
  EXPECT_TRUE(rc::check([](std::uint64_t a, std::uint64_t b) {
    RC_ASSERT((a < b) == (Key().u64(a).bytes() < Key().u64(b).bytes()));
    RC_ASSERT((a < b) == (Key().u64_descending(b).bytes() < Key().u64_descending(a).bytes()));
  }));
  EXPECT_LT(Key().text("a").u8(255).bytes(), Key().text("ab").u8(0).bytes());
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Key().text(std::string_view("a\0b", 3)), "CHECK");
  EXPECT_DEATH(Key().time({-1}), "CHECK");
}

TEST(Digest, IsTheDocumentedHash) {
  EXPECT_EQ(hex(digest({})), "e3b0c44298fc1c149afbf4c8996fb924");  // of nothing: FIPS 180-4
  // python3: sha256(b"\0\0\0\1a\1\0\0\0\2xy" b"\0\0\0\1b\0").hexdigest()[:32]
  EXPECT_EQ(hex(digest({{"a", "xy"}, {"b", std::nullopt}})), "5cb6d42cc5839d2c6b125e6344d94b9f");
  EXPECT_NE(digest({{"a", ""}}), digest({{"a", std::nullopt}}));
}

}  // namespace
}  // namespace florin::store
