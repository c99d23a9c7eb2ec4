// Entries: how they are sealed, what must follow what, and how one is stored as a record.
//
// A record, little-endian; every field is covered by one of the two checksums:
//
//   offset  size  field
//        0     4  magic "FLNE"
//        4     2  format, 1
//        6     2  header length, 112
//        8     2  flags: bit 0 = continues the write of the record before (see below); the others are 0
//       10     2  partition
//       12     4  body length
//       16     8  sequence
//       24     8  epoch
//       32     8  time, microseconds since 1970 (signed)
//       40    32  hash of the entry before
//       72    32  hash of this entry
//      104     4  CRC-32C of what follows the header: body and padding
//      108     4  CRC-32C of the header up to here
//      112        body
//                 padding, 1 to 8 bytes up to a multiple of 8: zeros, and the end mark 0xE5 as the last byte
//
// hash = SHA-256 of "florin.entry.v1\0", then partition (2), body length (4), sequence, epoch, time (8 each), previous
// hash (32), all little-endian, then the body. It does not depend on how a backend stores the entry.
//
// Records stand one after the other in a file of zeros. One or more of them are written at once and then synced, and
// nothing more is written before that sync has succeeded. The first of each write has flag bit 0 clear, the others have
// it set. So of all that stands before a valid record with a clear bit nothing can be torn. See segments/tail.h for
// what a reader makes of that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "journal/journal.h"

namespace florin::journal {

inline constexpr std::uint16_t record_format = 1;
inline constexpr std::size_t record_header_bytes = 112;
inline constexpr char record_end_mark = '\xE5';

Hash entry_hash(Partition partition, const Entry& entry);

// Sets `entry.hash`. All other fields must be final.
void seal(Partition partition, Entry& entry);

// The tip once `entry` is the last.
Tip tip_of(const Entry& entry);

// Whether `entry` may stand after `tip`: sequence one higher, `previous` the hash, epoch and time not lower, body not
// too long. Otherwise failed_precondition (journal_out_of_order), saying which.
Status check_follows(const Tip& tip, const Entry& entry);

// The parts of a journal's owner that all backends check alike before an append: check_follows, the epoch that
// `acquire` gave (0 before it), the hash.
Status check_append(Partition partition, const Tip& tip, std::uint64_t epoch, const Entry& entry);

struct RecordHeader {
  Partition partition = 0;
  bool continues_write = false;
  std::size_t body_bytes = 0;
  std::uint32_t body_crc = 0;
  Entry entry;  // all but the body

  // From the start of the record to the start of the next.
  std::size_t record_bytes() const;
};

// How long the record of a body is.
std::size_t record_bytes(std::size_t body_bytes);

void append_record(std::string& out, Partition partition, const Entry& entry, bool continues_write);

// The header at the start of `bytes`; nothing unless they hold a whole one of this format with a right checksum.
std::optional<RecordHeader> parse_record_header(std::string_view bytes);

// The error of Journal::read for a sequence that is 0 or beyond the end.
Error position_unknown(std::uint64_t sequence, std::uint64_t last_sequence);

// Whether body and padding at their place in `record` (record_bytes() long) agree with the checksum.
bool record_is_whole(const RecordHeader& header, std::string_view record);

}  // namespace florin::journal
