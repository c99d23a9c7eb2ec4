#include "engine/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

namespace florin::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Rows = std::map<std::string, std::string, std::less<>>;

class RowsScan final : public store::Scan {
 public:
  explicit RowsScan(std::vector<std::pair<std::string, std::string>> rows) : rows_(std::move(rows)) {}
  bool valid() const override { return next_ < rows_.size(); }
  std::string_view key() const override { return rows_[next_].first; }
  std::string_view value() const override { return rows_[next_].second; }
  void next() override { ++next_; }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
  std::size_t next_ = 0;
};

// Committed state that a test can see being read.
class RowsReader final : public store::Reader {
 public:
  std::optional<std::string> get(std::string_view key) const override {
    ++reads;
    const auto found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    return found->second;
  }
  std::unique_ptr<store::Scan> scan(const store::Range& range) const override { return scan_of(rows, range); }

  static std::unique_ptr<store::Scan> scan_of(const Rows& rows, const store::Range& range) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [key, value] : rows) {
      if (key >= range.from && (range.to.empty() || key < range.to)) found.emplace_back(key, value);
    }
    if (range.reverse) std::ranges::reverse(found);
    return std::make_unique<RowsScan>(std::move(found));
  }

  void apply(const store::WriteSet& writes) {
    for (const auto& [key, value] : writes) {
      if (value) {
        rows[key] = *value;
      } else {
        rows.erase(key);
      }
    }
  }

  Rows rows;
  mutable int reads = 0;
};

std::vector<std::pair<std::string, std::string>> drain(std::unique_ptr<store::Scan> scan) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (; scan->valid(); scan->next()) rows.emplace_back(scan->key(), scan->value());
  return rows;
}

TEST(OverlayTest, HotRowsCostNoRead) {
  RowsReader committed;
  committed.rows = {{"a", "1"}};
  Overlay overlay(committed);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(overlay.get("a"), "1");
    EXPECT_EQ(overlay.get("b"), std::nullopt);
  }
  EXPECT_EQ(committed.reads, 2);
}

TEST(OverlayTest, CachedRowsFollowWhatIsPublished) {
  RowsReader committed;
  committed.rows = {{"a", "1"}, {"b", "1"}};
  Overlay overlay(committed);
  EXPECT_EQ(overlay.get("a"), "1");
  EXPECT_EQ(overlay.get("c"), std::nullopt);
  overlay.put("a", "2");
  overlay.erase("b");
  overlay.put("c", "2");
  const auto writes = overlay.close_batch();
  EXPECT_THAT(writes, ElementsAre(Pair("a", "2"), Pair("b", std::nullopt), Pair("c", "2")));
  committed.apply(writes);
  overlay.publish();
  EXPECT_EQ(overlay.get("a"), "2");
  EXPECT_EQ(overlay.get("b"), std::nullopt);
  EXPECT_EQ(overlay.get("c"), "2");
}

TEST(OverlayTest, LaterBatchKeepsItsValueWhenTheEarlierIsPublished) {
  RowsReader committed;
  Overlay overlay(committed);
  overlay.put("a", "1");
  const auto first = overlay.close_batch();
  overlay.put("a", "2");
  const auto second = overlay.close_batch();
  committed.apply(first);
  overlay.publish();
  EXPECT_EQ(overlay.get("a"), "2");
  EXPECT_THAT(drain(overlay.scan({})), ElementsAre(Pair("a", "2")));
  committed.apply(second);
  overlay.publish();
  EXPECT_EQ(overlay.get("a"), "2");
}

TEST(OverlayTest, DroppedWorkRestoresWhatStoodThere) {
  RowsReader committed;
  committed.rows = {{"a", "0"}};
  Overlay overlay(committed);
  overlay.put("a", "1");
  overlay.begin_work();
  overlay.put("a", "2");
  overlay.put("a", "3");
  overlay.erase("a");
  overlay.put("b", "2");
  overlay.drop_work();
  EXPECT_EQ(overlay.get("a"), "1");
  EXPECT_EQ(overlay.get("b"), std::nullopt);
  EXPECT_THAT(overlay.close_batch(), ElementsAre(Pair("a", "1")));
}

TEST(OverlayTest, RowThatCameAndWentWithinABatchIsNoWrite) {
  RowsReader committed;
  Overlay overlay(committed);
  overlay.insert("a", "1");
  overlay.erase("a");
  overlay.insert("b", "1");
  overlay.begin_work();
  overlay.erase("b");
  overlay.drop_work();
  overlay.insert("c", "1");
  EXPECT_EQ(overlay.get("a"), std::nullopt);
  EXPECT_THAT(overlay.close_batch(), ElementsAre(Pair("b", "1"), Pair("c", "1")));
  // It was there when the second batch began.
  overlay.erase("c");
  EXPECT_THAT(overlay.close_batch(), ElementsAre(Pair("c", std::nullopt)));
}

struct Step {
  int kind;
  int key;
  int value;
};

// Works, batches and publications in any order against plain maps: one of what the overlay should show, one of what is
// committed.
void check_against_plain_maps() {
  RowsReader committed;
  Overlay overlay(committed, 4'000);
  Rows shown;
  std::optional<Rows> before_work;
  std::vector<store::WriteSet> closed;
  const auto steps = *rc::gen::container<std::vector<Step>>(
      rc::gen::construct<Step>(rc::gen::inRange(0, 12), rc::gen::inRange(0, 12), rc::gen::inRange(0, 100)));
  for (const auto& [kind, number, value] : steps) {
    const auto name = [](int n) { return std::string{static_cast<char>('a' + n / 4), static_cast<char>('0' + n % 4)}; };
    const std::string key = name(number);
    if (kind <= 3) {
      if (shown.contains(key)) {
        overlay.put(key, std::to_string(value));
      } else {
        overlay.insert(key, std::to_string(value));
      }
      shown[key] = std::to_string(value);
    } else if (kind == 4) {
      overlay.erase(key);
      shown.erase(key);
    } else if (kind == 5 && !before_work) {
      overlay.begin_work();
      before_work = shown;
    } else if (kind == 6 && before_work) {
      overlay.keep_work();
      before_work.reset();
    } else if (kind == 7 && before_work) {
      overlay.drop_work();
      shown = *std::exchange(before_work, std::nullopt);
    } else if (kind == 8 && !before_work) {
      closed.push_back(overlay.close_batch());
    } else if (kind == 9 && !closed.empty() && !before_work) {
      committed.apply(closed.front());
      overlay.publish();
      closed.erase(closed.begin());
    }
    const auto found = shown.find(key);
    RC_ASSERT(overlay.get(key) == (found == shown.end() ? std::nullopt : std::optional(found->second)));
    // Keys start with a byte for their table: ranges within one, to its end, and over several.
    const std::string to = value % 4 == 0   ? ""
                           : value % 4 == 1 ? std::string(1, static_cast<char>(key.front() + 1))
                                            : name(value % 14);
    const store::Range range{value % 5 == 0 ? key.substr(0, 1) : key, to, kind % 2 == 0};
    RC_ASSERT(drain(overlay.scan(range)) == drain(RowsReader::scan_of(shown, range)));
  }
  if (before_work) overlay.keep_work();
  closed.push_back(overlay.close_batch());
  for (const auto& writes : closed) {
    committed.apply(writes);
    overlay.publish();
  }
  RC_ASSERT(committed.rows == shown);
}

TEST(OverlayTest, ShowsWhatAPlainMapWould) {
  EXPECT_TRUE(rc::check("overlay against plain maps", check_against_plain_maps));
}

TEST(RowCacheTest, StaysWithinItsBytesAndKeepsWhatIsUsed) {
  RowCache cache(100'000);
  for (int i = 0; i < 10'000; ++i) {
    cache.insert("key" + std::to_string(i), std::string(50, 'x'));
    ASSERT_NE(cache.find("key0"), nullptr);
    ASSERT_LE(cache.bytes(), 100'000U);
  }
  EXPECT_EQ(cache.find("key1"), nullptr);
  cache.update("key0", std::string(100'000, 'x'));
  EXPECT_EQ(cache.find("key0"), nullptr);
  EXPECT_LE(cache.bytes(), 100'000U);
}

}  // namespace
}  // namespace florin::engine
