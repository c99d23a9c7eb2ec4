// SegmentLog: the writing end of a segment journal, without threads: recovery, appends, the change to the next segment.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "journal/segments/segment_file.h"
#include "journal/segments/segment_journal.h"
#include "journal/segments/segment_preparer.h"

namespace florin::journal {

// One thread at a time.
class SegmentLog {
 public:
  // Recovers or creates the journal (see open_segment_journal, which also takes the lock).
  static Result<std::unique_ptr<SegmentLog>> open(const SegmentJournalOptions& options);

  // Makes a first part of `entries` durable with one write and one sync, at least one of them, and returns how many:
  // fewer than all where a segment ends. The entries must have been checked (check_append). After an error the log must
  // not be used again.
  Result<std::size_t> append(std::span<const Entry> entries);

  // The last durable entry, and where it ends.
  const Tip& tip() const { return tip_; }
  std::uint64_t end_offset() const { return offset_; }
  // The first sequences of all segments; the last one is written.
  const std::vector<std::uint64_t>& segments() const { return segments_; }

 private:
  explicit SegmentLog(const SegmentJournalOptions& options);

  Status recover(std::uint64_t first_sequence);
  // Replaces the file at `path` by one that ends at offset_.
  Status cut_tail(const std::string& path);
  // Copies [start, offset_).
  Status copy_bytes(const disk::File& from, disk::File& to, std::uint64_t start) const;
  // Puts an empty segment after the tip, with room for a record of `record_size` bytes.
  Status start_segment(std::size_t record_size);

  const SegmentJournalOptions options_;
  SegmentPreparer preparer_;
  std::vector<std::uint64_t> segments_;
  std::unique_ptr<disk::File> file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t offset_ = 0;
  Tip tip_;
  std::string buffer_;  // the records of one write
};

}  // namespace florin::journal
