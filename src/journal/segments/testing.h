// Helpers for the tests of this room: small journals on a memory disk, and where their records stand.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "disk/memory_disk.h"
#include "journal/entry.h"
#include "journal/segments/segment_file.h"
#include "journal/segments/segment_journal.h"
#include "journal/segments/segment_reader.h"
#include "journal/testing/appender.h"

namespace florin::journal {

inline const std::string journal_directory = "data/journal";

inline SegmentJournalOptions test_options(disk::Disk& disk, std::uint64_t segment_bytes) {
  return {.disk = disk,
          .clock = system_clock(),
          .directory = journal_directory,
          .partition = 3,
          .segment_bytes = segment_bytes,
          .program = "florin test",
          .prepare_in_background = false};
}

// Appends entries with these bodies, one at a time, and closes the journal.
inline std::vector<Entry> fill_journal(disk::Disk& disk, std::uint64_t segment_bytes,
                                       const std::vector<std::string>& bodies) {
  auto journal = open_segment_journal(test_options(disk, segment_bytes));
  EXPECT_TRUE(journal.ok()) << (journal.ok() ? "" : journal.error().to_string());
  Appender appender(**journal, 3);
  for (const std::string& body : bodies) {
    appender.append(body);
    appender.wait();
  }
  for (const Status& outcome : appender.outcomes()) EXPECT_TRUE(outcome.ok());
  return appender.entries();
}

struct RecordPlace {
  std::string path;
  std::uint64_t offset = 0;
  std::size_t size = 0;
};

// Where the record of entry `sequence` stands. It must exist in a plain segment.
inline RecordPlace find_record(disk::Disk& disk, std::uint64_t sequence) {
  const auto segments = list_segments(disk, journal_directory);
  CHECK(segments.ok());
  std::uint64_t first = 1;
  for (const SegmentName& segment : *segments) {
    if (segment.first_sequence <= sequence) first = segment.first_sequence;
  }
  const auto reader = SegmentReader::open(disk, journal_directory, first);
  CHECK(reader.ok());
  while (true) {
    const std::uint64_t offset = (*reader)->offset();
    const auto entry = (*reader)->next(SegmentReader::no_limit, Check::chain);
    CHECK(entry.ok() && *entry, "there is no entry {}", sequence);
    if ((**entry).sequence == sequence) return {(*reader)->path(), offset, (*reader)->offset() - offset};
  }
}

}  // namespace florin::journal
