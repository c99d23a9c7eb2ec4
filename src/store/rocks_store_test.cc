// What only the store on disk does: restarts, locks, damage and full disks.
#include "store/rocks_store.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "store/key.h"
#include "store/rocks_failure.h"
#include "store/testing/temp_directory.h"

namespace florin::store {
namespace {

// The machine's file system, which refuses to write table files for as long as the test says.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  static const char* kClassName() { return "FaultyFileSystem"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (full && path.ends_with(".sst")) return rocksdb::IOStatus::NoSpace("no space left on device");
    return target()->NewWritableFile(path, options, file, debug);
  }

  std::atomic<bool> full = false;
};

class RocksStoreTest : public ::testing::Test {
 protected:
  RocksStoreTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  Result<OpenedStore> open(std::uint32_t state_format = 1) {
    return open_rocks_store({{.directory = path()}, state_format, env_.get()});
  }
  std::unique_ptr<Store> open_existing() {
    auto opened = open();
    EXPECT_FALSE(opened->rebuilt);
    return std::move(opened->store);
  }
  std::unique_ptr<Store> open_rebuilt(std::uint32_t state_format = 1) {
    auto opened = open(state_format);
    EXPECT_TRUE(opened->rebuilt);
    EXPECT_EQ(opened->store->applied(), 0u);
    return std::move(opened->store);
  }

  const std::string& path() const { return directory_.path(); }
  // The newest file with that ending.
  std::filesystem::path file(std::string_view ending) const {
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      if (entry.path().string().ends_with(ending) && found < entry.path()) found = entry.path();
    }
    EXPECT_FALSE(found.empty()) << ending;
    return found;
  }

  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);

 private:
  testing::TempDirectory directory_;
};

WriteSet one_row(std::uint64_t number) {
  return {{Key().u8(9).u64(number).bytes(), std::to_string(number)}};
}

TEST_F(RocksStoreTest, RestartGivesWhatWasFlushedAndNothingAfter) {
  auto store = open_existing();
  store->apply(one_row(1), 1);
  store->apply(one_row(2), 2);
  ASSERT_TRUE(store->flush().ok());
  store->apply({{one_row(1)[0].first, std::nullopt}}, 3);
  store->apply(one_row(4), 4);
  store.reset();

  store = open_existing();
  EXPECT_EQ(store->applied(), 2u);
  EXPECT_EQ(store->latest().get(one_row(1)[0].first), "1");
  EXPECT_EQ(store->latest().get(one_row(2)[0].first), "2");
  EXPECT_FALSE(store->latest().get(one_row(4)[0].first));
  store->apply({}, 3);
  EXPECT_EQ(store->applied(), 3u);
}

TEST_F(RocksStoreTest, RestartWithoutAnyFlushIsEmpty) {
  auto store = open_existing();
  store->apply(one_row(1), 1);
  store.reset();
  EXPECT_EQ(open_existing()->applied(), 0u);
}

// Memtables flush by themselves meanwhile, at moments nobody chose: whatever a crash leaves is all entries up to one of
// them.
TEST_F(RocksStoreTest, WhateverWasFlushedIsAPrefix) {
  std::uint64_t applied = 0;
  for (int life = 0; life < 4; ++life) {
    auto store = open_rocks_store({{.directory = path(), .write_buffer_bytes = 64 << 10}}).value().store;
    EXPECT_GE(store->applied(), applied);
    applied = store->applied();
    for (std::uint64_t number = 1; number <= applied + 1; ++number) {
      ASSERT_EQ(store->latest().get(one_row(number)[0].first).has_value(), number <= applied) << number;
    }
    // Many times what the write buffers hold, so that some must have been flushed.
    for (int i = 0; i < 20'000; ++i) store->apply(one_row(store->applied() + 1), store->applied() + 1);
  }
  EXPECT_GT(applied, 0u);
}

TEST_F(RocksStoreTest, ScansDoNotSeeTheStoresOwnRows) {
  const auto store = open_existing();
  store->apply({}, 1);
  EXPECT_FALSE(store->latest().scan({})->valid());
  EXPECT_FALSE(store->latest().scan({"", "", true})->valid());
}

TEST_F(RocksStoreTest, ASecondOwnerIsTurnedAway) {
  auto store = open_existing();
  EXPECT_EQ(open().error().reason(), "data_directory_locked");
  const auto snapshot = store->snapshot();
  store.reset();
  EXPECT_EQ(open().error().reason(), "data_directory_locked") << "a snapshot still reads it";
}

TEST_F(RocksStoreTest, ADirectoryThatCannotBeMadeIsNamed) {
  std::ofstream(path() + "/file") << "x";
  const auto opened = open_store({.directory = path() + "/file/state"});
  EXPECT_EQ(opened.error().reason(), "disk_not_writable");
  EXPECT_NE(opened.error().message().find("/file/state"), std::string::npos);
}

TEST_F(RocksStoreTest, AnotherFormatIsMadeAnew) {
  auto store = open_existing();
  store->apply(one_row(1), 1);
  ASSERT_TRUE(store->flush().ok());
  store.reset();
  store = open_rebuilt(2);
  EXPECT_FALSE(store->latest().scan({})->valid());
}

TEST_F(RocksStoreTest, DamageFoundAtOpeningIsMadeAnew) {
  for (const auto* ending : {".sst", "CURRENT", "MANIFEST"}) {
    SCOPED_TRACE(ending);
    auto store = open().value().store;
    store->apply(one_row(1), store->applied() + 1);
    ASSERT_TRUE(store->flush().ok());
    store.reset();
    if (std::string_view(ending) == "MANIFEST") {
      for (const auto& entry : std::filesystem::directory_iterator(path())) {
        if (entry.path().filename().string().starts_with(ending)) std::filesystem::resize_file(entry.path(), 20);
      }
    } else {
      std::filesystem::resize_file(file(ending), 3);
    }
    store = open_rebuilt();
  }
}

TEST_F(RocksStoreTest, RebuildingLeavesOtherFilesAlone) {
  std::ofstream(path() + "/notes.txt") << "mine";
  ASSERT_TRUE(open_existing()->flush().ok());
  open_rebuilt(2);
  EXPECT_TRUE(std::filesystem::exists(path() + "/notes.txt"));
}

TEST_F(RocksStoreTest, DamageFoundByAReadEndsTheProcessAndIsMadeAnewAtTheNextStart) {
  auto store = open_existing();
  WriteSet rows;
  for (std::uint64_t i = 0; i < 5'000; ++i) rows.push_back(one_row(i)[0]);
  store->apply(rows, 1);
  ASSERT_TRUE(store->flush().ok());
  store.reset();
  {
    std::fstream table(file(".sst"), std::ios::in | std::ios::out | std::ios::binary);
    table.seekp(20'000);  // among the rows, behind what opening reads
    table << "damage";
  }
  const auto read_all = [this] {
    const auto opened = open_existing();
    for (auto scan = opened->latest().scan({}); scan->valid();) scan->next();
  };
  EXPECT_DEATH(read_all(), "is damaged and will be made anew");
  // The process that died was a copy with a directory of its own; this is the mark it leaves.
  mark_damaged(path());
  open_rebuilt();
  open_existing();
}

TEST_F(RocksStoreTest, AFullDiskIsReportedAndHarmsNothing) {
  auto store = open_existing();
  store->apply(one_row(1), 1);
  ASSERT_TRUE(store->flush().ok());
  files_->full = true;
  store->apply(one_row(2), 2);
  EXPECT_EQ(store->flush().error().reason(), "disk_full");
  EXPECT_EQ(store->health().error().reason(), "disk_full");
  EXPECT_DEATH(store->apply(one_row(3), 3), "No space is left for the state");
  EXPECT_EQ(store->latest().get(one_row(2)[0].first), "2") << "what it has can be read";
  store.reset();

  files_->full = false;
  store = open_existing();
  EXPECT_EQ(store->applied(), 1u);
  EXPECT_TRUE(store->health().ok());
}

TEST_F(RocksStoreTest, AFullDiskMetInTheBackgroundIsReportedAndEndsTheProcess) {
  auto store = open_rocks_store({{.directory = path(), .write_buffer_bytes = 64 << 10}, 1, env_.get()}).value().store;
  files_->full = true;
  const std::string value(1'000, 'x');
  // The write buffers fill and none can be emptied.
  const auto fill = [&] {
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      store->apply({{Key().u8(9).u64(i).bytes(), value}}, store->applied() + 1);
    }
  };
  EXPECT_DEATH(fill(), "No space is left for the state");
}

TEST_F(RocksStoreTest, SnapshotsBetweenTwoEntriesAreShared) {
  const auto store = open_existing();
  const auto first = store->snapshot();
  EXPECT_EQ(store->snapshot(), first);
  store->apply({}, 1);
  EXPECT_NE(store->snapshot(), first);
}

}  // namespace
}  // namespace florin::store
