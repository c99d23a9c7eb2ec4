// What a reader makes of torn writes and of damage (tail.h), on whole journals: every offset of a cut, every byte of a
// record.
#include "journal/segments/tail.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "journal/segments/segment_log.h"
#include "journal/segments/testing.h"

namespace florin::journal {
namespace {

constexpr std::uint64_t segment_bytes = 16384;

// A body without zeros, so that only missing bytes are zero.
std::string body_of(std::size_t size, char start) {
  std::string body(size, start);
  for (std::size_t i = 0; i < size; ++i)
    body[i] = static_cast<char>('!' + (i * 7 + static_cast<std::size_t>(start)) % 90);
  return body;
}

std::string stored_segment(disk::MemoryDisk& disk) {
  return disk.content(segment_path(journal_directory, 1));
}

// A disk that holds nothing but this first segment.
std::unique_ptr<disk::MemoryDisk> disk_with(std::string segment) {
  auto disk = std::make_unique<disk::MemoryDisk>(1);
  CHECK(disk->make_directory(journal_directory).ok());
  disk->put(segment_path(journal_directory, 1), std::move(segment));
  return disk;
}

void erase(std::string& segment, std::uint64_t from, std::uint64_t to) {
  std::fill(segment.begin() + static_cast<std::ptrdiff_t>(from), segment.begin() + static_cast<std::ptrdiff_t>(to),
            '\0');
}

// Opens `segment`, expects `tip`, a clean tail, and that appending goes on.
void expect_cut_to(std::string segment, const Tip& tip, const std::string& what) {
  const auto disk = disk_with(std::move(segment));
  auto verified = verify_chain(*disk, journal_directory);
  ASSERT_TRUE(verified.ok()) << what << ": " << verified.error().to_string();
  EXPECT_EQ(*verified, tip) << what;
  {
    auto journal = open_segment_journal(test_options(*disk, segment_bytes));
    ASSERT_TRUE(journal.ok()) << what << ": " << journal.error().to_string();
    EXPECT_EQ((*journal)->tip(), tip) << what;
    Appender appender(**journal, 3);
    appender.append("goes on");
    appender.wait();
    EXPECT_TRUE(appender.outcomes()[0].ok());
  }
  verified = verify_chain(*disk, journal_directory);
  ASSERT_TRUE(verified.ok()) << what << ": " << verified.error().to_string();
  EXPECT_EQ(verified->sequence, tip.sequence + 1) << what;
}

// Opening and verifying `segment` fail and name segment, offset and sequence; nothing on the disk changes.
void expect_damage(std::string segment, std::uint64_t offset, std::uint64_t sequence, const std::string& what) {
  const auto disk = disk_with(segment);
  for (const auto& error : {open_segment_journal(test_options(*disk, segment_bytes)).error(),
                            verify_chain(*disk, journal_directory).error()}) {
    EXPECT_EQ(error.code(), Code::data_loss) << what;
    EXPECT_EQ(error.reason(), "journal_corrupt") << what;
    EXPECT_NE(error.message().find(segment_path(journal_directory, 1)), std::string::npos) << error.message();
    EXPECT_NE(error.message().find(fmt::format("offset {},", offset)), std::string::npos) << what << error.message();
    EXPECT_NE(error.message().find(fmt::format("entry {} ", sequence)), std::string::npos) << what << error.message();
  }
  EXPECT_EQ(stored_segment(*disk), segment);
}

TEST(Tail, AWriteThatStopsAtAnyByteIsCut) {
  for (const std::size_t size : {0, 5, 700}) {
    disk::MemoryDisk disk(1);
    const auto entries = fill_journal(disk, segment_bytes, {body_of(300, 'a'), body_of(10, 'b'), body_of(size, 'c')});
    const RecordPlace last = find_record(disk, 3);
    const std::string whole = stored_segment(disk);
    for (std::size_t kept = 0; kept < last.size; ++kept) {
      std::string torn = whole;
      erase(torn, last.offset + kept, last.offset + last.size);
      expect_cut_to(torn, tip_of(entries[1]), fmt::format("{} bytes, {} kept", size, kept));
    }
  }
}

TEST(Tail, AWriteThatLacksAnySectorsIsCut) {
  disk::MemoryDisk disk(1);
  const auto entries = fill_journal(disk, segment_bytes, {body_of(300, 'a'), body_of(2000, 'b')});
  const RecordPlace last = find_record(disk, 2);
  const std::string whole = stored_segment(disk);
  const std::uint64_t first_sector = last.offset / 512;
  const std::uint64_t sectors = (last.offset + last.size - 1) / 512 - first_sector + 1;
  ASSERT_EQ(sectors, 5u);
  for (unsigned missing = 1; missing < (1u << sectors); ++missing) {
    std::string torn = whole;
    for (std::uint64_t i = 0; i < sectors; ++i) {
      if ((missing >> i & 1) == 0) continue;
      erase(torn, std::max(last.offset, (first_sector + i) * 512),
            std::min(last.offset + last.size, (first_sector + i + 1) * 512));
    }
    expect_cut_to(torn, tip_of(entries[0]), fmt::format("sectors missing: {:b}", missing));
  }
}

// Two entries that were written at once, after one that was durable.
struct Pair {
  std::string segment;
  std::vector<Entry> entries;
  RecordPlace second;
  RecordPlace third;
};

Pair written_at_once() {
  disk::MemoryDisk disk(1);
  Pair pair;
  pair.entries = fill_journal(disk, segment_bytes, {body_of(300, 'a')});
  const auto log = SegmentLog::open(test_options(disk, segment_bytes));
  CHECK(log.ok());
  for (const char start : {'b', 'c'}) {
    const Tip tip = tip_of(pair.entries.back());
    Entry entry{.sequence = tip.sequence + 1,
                .epoch = 1,
                .time = tip.time,
                .previous = tip.hash,
                .hash = {},
                .body = body_of(900, start)};
    seal(3, entry);
    pair.entries.push_back(std::move(entry));
  }
  const auto count = (*log)->append(std::span(pair.entries).subspan(1));
  CHECK(count.ok() && *count == 2);
  pair.segment = stored_segment(disk);
  pair.second = find_record(disk, 2);
  pair.third = find_record(disk, 3);
  return pair;
}

TEST(Tail, ATornFirstOfTwoWrittenAtOnceTakesTheSecondWithIt) {
  const Pair pair = written_at_once();
  for (std::uint64_t at = pair.second.offset; at < pair.third.offset; at = (at / 512 + 1) * 512) {
    std::string torn = pair.segment;
    erase(torn, at, std::min(pair.third.offset, (at / 512 + 1) * 512));
    expect_cut_to(torn, tip_of(pair.entries[0]), fmt::format("sector at {}", at));
  }
}

TEST(Tail, ATornSecondOfTwoWrittenAtOnceLeavesTheFirst) {
  const Pair pair = written_at_once();
  std::string torn = pair.segment;
  erase(torn, pair.third.offset + 200, pair.third.offset + pair.third.size);
  expect_cut_to(torn, tip_of(pair.entries[1]), "second torn");
}

TEST(Tail, AChangedByteOfTwoWrittenAtOnceIsDamage) {
  const Pair pair = written_at_once();
  for (const RecordPlace& place : {pair.second, pair.third}) {
    for (std::size_t at = 0; at < place.size; at += 5) {
      std::string changed = pair.segment;
      changed[place.offset + at] = static_cast<char>(changed[place.offset + at] ^ 0x20);
      expect_damage(changed, place.offset, place.offset == pair.second.offset ? 2 : 3, fmt::format("byte {}", at));
    }
  }
}

TEST(Tail, AChangedByteAnywhereInAnyRecordIsDamageAndNamed) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes, {body_of(20, 'a'), body_of(40, 'b'), body_of(700, 'c')});
  const std::string whole = stored_segment(disk);
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    const RecordPlace place = find_record(disk, sequence);
    for (std::size_t at = 0; at < place.size; ++at) {
      std::string changed = whole;
      changed[place.offset + at] = static_cast<char>(changed[place.offset + at] ^ (1 << at % 8));
      expect_damage(changed, place.offset, sequence, fmt::format("entry {}, byte {}", sequence, at));
    }
  }
}

TEST(Tail, AnEarlierRecordThatIsMissingIsDamage) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes, {body_of(20, 'a'), body_of(40, 'b'), body_of(700, 'c')});
  for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
    const RecordPlace place = find_record(disk, sequence);
    std::string changed = stored_segment(disk);
    erase(changed, place.offset, place.offset + place.size);
    expect_damage(changed, place.offset, sequence, fmt::format("entry {} erased", sequence));
  }
}

TEST(Tail, ARecordFromElsewhereIsDamage) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes, {body_of(20, 'a'), body_of(20, 'b'), body_of(20, 'c')});
  const RecordPlace second = find_record(disk, 2);
  const RecordPlace third = find_record(disk, 3);
  std::string changed = stored_segment(disk);
  changed.replace(second.offset, second.size, changed, third.offset, third.size);
  expect_damage(changed, second.offset, 2, "the third twice");
}

TEST(Tail, AChangedByteInTheSegmentHeaderIsDamage) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes, {"a"});
  for (std::size_t at = 0; at < segment_header_bytes; ++at) {
    std::string changed = stored_segment(disk);
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto broken = disk_with(changed);
    const auto journal = open_segment_journal(test_options(*broken, segment_bytes));
    ASSERT_FALSE(journal.ok());
    EXPECT_EQ(journal.error().reason(), "journal_corrupt") << at;
    EXPECT_FALSE(verify_chain(*broken, journal_directory).ok());
  }
}

TEST(Tail, AnIncompleteRecordAtTheEndOfASealedSegmentIsDamage) {
  disk::MemoryDisk disk(1);
  fill_journal(disk, segment_bytes, std::vector<std::string>(12, body_of(3000, 'a')));
  const auto segments = list_segments(disk, journal_directory);
  ASSERT_GT(segments->size(), 2u);
  const std::uint64_t last_of_first = (*segments)[1].first_sequence - 1;
  const RecordPlace place = find_record(disk, last_of_first);
  std::string changed = disk.content(place.path);
  erase(changed, place.offset + 1000, place.offset + place.size);
  disk.put(place.path, changed);
  for (const std::uint64_t from : {std::uint64_t{1}, last_of_first}) {
    auto journal = open_segment_journal(test_options(disk, segment_bytes));
    ASSERT_TRUE(journal.ok());  // only the last segment is read at the start
    auto cursor = (*journal)->read(from);
    auto entry = (*cursor)->next();
    while (entry.ok() && *entry) entry = (*cursor)->next();
    ASSERT_FALSE(entry.ok());
    EXPECT_NE(entry.error().message().find(fmt::format("offset {},", place.offset)), std::string::npos);
    EXPECT_NE(entry.error().message().find(fmt::format("entry {} ", last_of_first)), std::string::npos);
  }
  EXPECT_EQ(verify_chain(disk, journal_directory).error().reason(), "journal_corrupt");
}

}  // namespace
}  // namespace florin::journal
