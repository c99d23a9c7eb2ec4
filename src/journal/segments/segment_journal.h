// The embedded journal: append-only segment files in one folder of the data directory.
//
// Layout: segment_file.h (files), entry.h (records). What a crash may leave and what is made of it: tail.h. One thread
// writes; it puts what has queued (at most two entries) into one write and one fdatasync. A failed write or sync ends
// it for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "disk/disk.h"
#include "journal/journal.h"

namespace florin::journal {

struct SegmentJournalOptions {
  disk::Disk& disk;  // outlives the journal and its cursors
  const Clock& clock;
  std::string directory;  // created if it is not there
  Partition partition = 0;
  // At least segment_bytes_min. An entry that is longer gets a segment of its own.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  std::string program = "florin";     // name and version, stored in each segment; at most 36 bytes
  bool prepare_in_background = true;  // see SegmentPreparer
};

inline constexpr std::uint64_t segment_bytes_min = 8192;

// Opens the journal, or starts an empty one. Reads the last segment, cuts a torn last write off, and makes what remains
// durable. Errors: those of Disk, and
//   failed_precondition  data_directory_locked       another process has it open
//   failed_precondition  journal_from_newer_version
//   failed_precondition  journal_other_partition
//   data_loss            journal_corrupt             names the file, the offset and the entry; nothing was changed
Result<std::unique_ptr<Journal>> open_segment_journal(SegmentJournalOptions options);

// Reads the whole journal in `directory` and checks every byte of it; changes nothing. Returns the tip. A torn last
// write is not an error: the next open cuts it. No process may write to the directory meanwhile.
Result<Tip> verify_chain(disk::Disk& disk, const std::string& directory);

// Compresses sealed segments, all but the last `keep` of them, after checking them; a plain file goes only once its
// archive has been read back and is durable. May run while the journal is open, once at a time. Returns how many were
// archived.
Result<int> archive_sealed(disk::Disk& disk, const std::string& directory, std::uint64_t keep);

}  // namespace florin::journal
