// Segment files: their names, their header, and the errors that name a place in them.
//
// A journal's folder holds
//   00000000000000000001.seg      a segment, named by the sequence of its first entry; all but the last are sealed
//   00000000000000000001.seg.zst  a sealed segment, archived: the used part of the same bytes, zstd-compressed
//   prepared.seg                  the next segment, zeros and synced; prepared.seg.tmp while it is being written
//   lease                         the highest epoch ever given out (lease.h)
//   lock                          held by the process that owns the journal
//
// A segment: a header, zeros up to offset 4096, then records (entry.h), then zeros to the end of the file. The header,
// little-endian; its layout stays the same in all formats, so that any version can name the one that wrote a file:
//
//   offset  size  field
//        0     8  magic "FLORINJS"
//        8     2  format, 1
//       10     2  partition
//       12     4  zero
//       16     8  sequence of the first entry
//       24     8  epoch of the entry before it (0 for the first of all, like the next two)
//       32     8  its time
//       40    32  its hash
//       72     8  when the segment was started, microseconds since 1970
//       80     8  length of the file
//       88    36  the program that wrote it ("florin 1.2.3"), zero-padded
//      124     4  CRC-32C of the header up to here
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "disk/disk.h"
#include "journal/journal.h"

namespace florin::journal {

inline constexpr std::uint16_t segment_format = 1;
inline constexpr std::size_t segment_header_bytes = 128;
inline constexpr std::uint64_t first_record_offset = 4096;
inline constexpr std::size_t program_bytes_max = 36;

struct SegmentHeader {
  Partition partition = 0;
  Tip before;  // what the first entry follows
  Timestamp started;
  std::uint64_t file_bytes = 0;
  std::string program;

  std::uint64_t first_sequence() const { return before.sequence + 1; }
};

std::string encode_segment_header(const SegmentHeader& header);

// Fails with journal_corrupt, or with failed_precondition (journal_from_newer_version) naming the program that wrote
// the file.
Result<SegmentHeader> decode_segment_header(std::string_view bytes, const std::string& path);

struct SegmentName {
  std::uint64_t first_sequence = 0;
  bool archived = false;  // there is only the .seg.zst

  bool operator==(const SegmentName&) const = default;
};

std::string segment_path(const std::string& directory, std::uint64_t first_sequence);
std::string archive_path(const std::string& directory, std::uint64_t first_sequence);

// The segments of a folder in order. Where both forms of one exist, the plain one counts.
Result<std::vector<SegmentName>> list_segments(disk::Disk& disk, const std::string& directory);

// "data_loss journal_corrupt" for what stands at `offset` of `path`, where entry `sequence` should be.
Error journal_corrupt(const std::string& path, std::uint64_t offset, std::uint64_t sequence, std::string_view what);

}  // namespace florin::journal
