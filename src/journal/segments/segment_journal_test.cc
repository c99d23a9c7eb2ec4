#include "journal/segments/segment_journal.h"

#include <condition_variable>
#include <cstring>
#include <mutex>

#include "disk/memory_disk.h"
#include "journal/segments/segment_file.h"
#include "journal/segments/testing.h"
#include "journal/testing/contract_test.h"

namespace florin::journal {
namespace {

// Blocks the syncs of segments while it is shut.
class Gate {
 public:
  void shut() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
};

class SegmentBackend final : public ContractBackend {
 public:
  explicit SegmentBackend(std::uint64_t segment_bytes) : segment_bytes_(segment_bytes) {
    disk_.on_sync([this](const std::string&) { gate_.pass(); });
  }
  Partition partition() const override { return 3; }
  Result<std::unique_ptr<Journal>> open() override { return open_segment_journal(test_options(disk_, segment_bytes_)); }
  bool refuses_second_owner() const override { return true; }
  void hold() override { gate_.shut(); }
  void release() override { gate_.open(); }
  void fail_next_append() override { disk_.fail_sync_after(1); }
  void damage_body(std::uint64_t sequence) override {
    const RecordPlace place = find_record(disk_, sequence);
    disk_.flip_byte(place.path, place.offset + record_header_bytes + 2, 0x10);
  }

 private:
  disk::MemoryDisk disk_{1};
  Gate gate_;
  std::uint64_t segment_bytes_;
};

INSTANTIATE_TEST_SUITE_P(OneSegment, JournalContract,
                         testing::Values([] { return std::make_unique<SegmentBackend>(1 << 20); }));
INSTANTIATE_TEST_SUITE_P(ManySegments, JournalContract,
                         testing::Values([] { return std::make_unique<SegmentBackend>(segment_bytes_min); }));

TEST(SegmentJournal, PreparesSegmentsInTheBackground) {
  disk::MemoryDisk disk(1);
  SegmentJournalOptions options = test_options(disk, segment_bytes_min);
  options.prepare_in_background = true;
  std::vector<Entry> appended;
  {
    auto journal = open_segment_journal(options);
    ASSERT_TRUE(journal.ok());
    Appender appender(**journal, 3);
    for (int i = 0; i < 200; ++i) appender.append(std::string(1000, 'x'));
    appender.wait();
    for (const Status& outcome : appender.outcomes()) EXPECT_TRUE(outcome.ok());
    appended = appender.entries();
  }
  EXPECT_GT(list_segments(disk, journal_directory)->size(), 50u);
  EXPECT_EQ(*verify_chain(disk, journal_directory), tip_of(appended.back()));
  auto journal = open_segment_journal(options);
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ(read_all(**journal), appended);
}

TEST(SegmentJournal, ADiskThatIsFullEndsTheWriterAndLosesNothing) {
  disk::MemoryDisk disk(1);
  Tip tip;
  {
    auto journal = open_segment_journal(test_options(disk, segment_bytes_min));
    ASSERT_TRUE(journal.ok());
    Appender appender(**journal, 3);
    disk.set_capacity(3 * segment_bytes_min);
    for (int i = 0; i < 40; ++i) {
      appender.append(std::string(500, 'x'));
      appender.wait();
    }
    const auto outcomes = appender.outcomes();
    ASSERT_FALSE(outcomes.back().ok());
    EXPECT_EQ(outcomes.back().error().code(), Code::resource_exhausted);
    EXPECT_EQ(outcomes.back().error().reason(), "disk_full");
    tip = (*journal)->tip();
    EXPECT_GT(tip.sequence, 0u);
    for (std::uint64_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].ok(), i < tip.sequence);
  }
  disk.set_capacity(UINT64_MAX);
  auto journal = open_segment_journal(test_options(disk, segment_bytes_min));
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ((*journal)->tip(), tip);
  Appender appender(**journal, 3);
  appender.append(std::string(500, 'x'));
  appender.wait();
  EXPECT_TRUE(appender.outcomes().back().ok());
}

TEST(SegmentJournal, AStartOnAFullDiskSaysSo) {
  disk::MemoryDisk disk(1);
  disk.set_capacity(5000);
  const auto journal = open_segment_journal(test_options(disk, segment_bytes_min));
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().reason(), "disk_full");
}

TEST(SegmentJournal, RefusesASegmentOfANewerVersionAndNamesTheVersion) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, 1 << 16, {"a"});
  std::string bytes = disk.content(segment_path(journal_directory, 1));
  bytes[8] = 2;  // format
  bytes.replace(88, 12, "florin 9.8.7");
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(0, 124));
  std::memcpy(bytes.data() + 124, &crc, sizeof(crc));
  disk.put(segment_path(journal_directory, 1), bytes);
  const auto journal = open_segment_journal(test_options(disk, 1 << 16));
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), Code::failed_precondition);
  EXPECT_EQ(journal.error().reason(), "journal_from_newer_version");
  EXPECT_NE(journal.error().message().find("florin 9.8.7"), std::string::npos);
}

TEST(SegmentJournal, RefusesAnotherPartitionsDirectory) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, 1 << 16, {"a"});
  SegmentJournalOptions options = test_options(disk, 1 << 16);
  options.partition = 4;
  EXPECT_EQ(open_segment_journal(options).error().reason(), "journal_other_partition");
}

TEST(SegmentJournal, RefusesADamagedLease) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, 1 << 16, {"a"});
  disk.flip_byte(disk::join(journal_directory, "lease"), 17, 1);
  auto journal = open_segment_journal(test_options(disk, 1 << 16));
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ((*journal)->acquire().error().reason(), "journal_corrupt");
}

TEST(SegmentJournal, WithoutALeaseFileTheLastEntryDecidesTheEpoch) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, 1 << 16, {"a"});
  ASSERT_TRUE(disk.remove(disk::join(journal_directory, "lease")).ok());
  auto journal = open_segment_journal(test_options(disk, 1 << 16));
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ(*(*journal)->acquire(), 2u);
}

TEST(SegmentJournal, AMissingSegmentIsNamed) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes_min, std::vector<std::string>(20, std::string(1500, 'x')));
  const auto segments = list_segments(disk, journal_directory);
  ASSERT_GT(segments->size(), 3u);
  const std::string lost = segment_path(journal_directory, (*segments)[1].first_sequence);
  ASSERT_TRUE(disk.remove(lost).ok());
  const auto verified = verify_chain(disk, journal_directory);
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error().reason(), "journal_corrupt");
  EXPECT_NE(verified.error().message().find(lost), std::string::npos) << verified.error().message();
}

TEST(SegmentJournal, ATruncatedSegmentIsNamed) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, 1 << 16, {"a", "b"});
  const std::string path = segment_path(journal_directory, 1);
  disk.put(path, disk.content(path).substr(0, 40'000));
  const auto journal = open_segment_journal(test_options(disk, 1 << 16));
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().reason(), "journal_corrupt");
  EXPECT_NE(journal.error().message().find(path), std::string::npos);
}

TEST(ArchiveSealed, ArchivesAllButTheLastAndReadsThemTransparently) {
  disk::MemoryDisk disk(1);
  std::vector<std::string> bodies;
  for (int i = 0; i < 60; ++i) bodies.push_back(std::string(1000, static_cast<char>('a' + i % 26)) + std::to_string(i));
  const std::vector<Entry> appended = fill_journal(disk, segment_bytes_min, bodies);
  const std::size_t segments = list_segments(disk, journal_directory)->size();
  ASSERT_GT(segments, 10u);

  auto journal = open_segment_journal(test_options(disk, segment_bytes_min));
  ASSERT_TRUE(journal.ok());
  auto cursor = (*journal)->read(1);
  EXPECT_EQ((*cursor)->next()->value(), appended[0]);  // has the first segment open
  EXPECT_EQ(*archive_sealed(disk, journal_directory, 2), static_cast<int>(segments) - 3);
  EXPECT_EQ(*archive_sealed(disk, journal_directory, 2), 0);
  for (std::size_t i = 1; i < appended.size(); ++i) EXPECT_EQ((*cursor)->next()->value(), appended[i]);

  EXPECT_EQ(read_all(**journal), appended);
  EXPECT_EQ(*archive_sealed(disk, journal_directory, 0), 2);
  EXPECT_EQ(read_all(**journal, 5), std::vector<Entry>(appended.begin() + 4, appended.end()));
  journal->reset();
  EXPECT_EQ(*verify_chain(disk, journal_directory), tip_of(appended.back()));
  journal = open_segment_journal(test_options(disk, segment_bytes_min));
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ((*journal)->tip(), tip_of(appended.back()));
}

TEST(ArchiveSealed, KeepsADamagedSegmentAndSaysSo) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes_min, std::vector<std::string>(12, std::string(1000, 'x')));
  const RecordPlace place = find_record(disk, 2);
  disk.flip_byte(place.path, place.offset + 150, 1);
  EXPECT_EQ(archive_sealed(disk, journal_directory, 0).error().reason(), "journal_corrupt");
  EXPECT_TRUE(*disk.exists(place.path));
}

TEST(ArchiveSealed, ADamagedArchiveIsFoundWhenItIsRead) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes_min, std::vector<std::string>(12, std::string(1000, 'x')));
  ASSERT_TRUE(archive_sealed(disk, journal_directory, 0).ok());
  const std::string path = archive_path(journal_directory, 1);
  const std::string whole = disk.content(path);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    disk.put(path, whole);
    disk.flip_byte(path, at, 0x04);
    EXPECT_FALSE(verify_chain(disk, journal_directory).ok()) << at;
  }
  disk.put(path, whole.substr(0, whole.size() - 20));
  EXPECT_FALSE(verify_chain(disk, journal_directory).ok());
  disk.put(path, whole);
  EXPECT_TRUE(verify_chain(disk, journal_directory).ok());
}

TEST(ArchiveSealed, APowerCutAtAnyMomentLosesNothing) {
  for (std::uint64_t moment = 1;; ++moment) {
    disk::MemoryDisk disk(moment);
    const auto appended = fill_journal(disk, segment_bytes_min, std::vector<std::string>(12, std::string(1000, 'x')));
    disk.lose_power_after(moment);
    const bool finished = archive_sealed(disk, journal_directory, 0).ok();
    disk.crash();
    const auto verified = verify_chain(disk, journal_directory);
    ASSERT_TRUE(verified.ok()) << moment << verified.error().to_string();
    EXPECT_EQ(*verified, tip_of(appended.back())) << moment;
    EXPECT_TRUE(archive_sealed(disk, journal_directory, 0).ok());
    EXPECT_EQ(*verify_chain(disk, journal_directory), tip_of(appended.back()));
    if (finished) break;
  }
}

TEST(SegmentJournal, AMissingLastSegmentIsNamed) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes_min, std::vector<std::string>(12, std::string(1000, 'x')));
  ASSERT_TRUE(archive_sealed(disk, journal_directory, 0).ok());
  const auto segments = list_segments(disk, journal_directory);
  ASSERT_TRUE(disk.remove(segment_path(journal_directory, segments->back().first_sequence)).ok());
  const auto journal = open_segment_journal(test_options(disk, segment_bytes_min));
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().reason(), "journal_corrupt");
}

}  // namespace
}  // namespace florin::journal
