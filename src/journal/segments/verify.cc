#include <fmt/format.h>

#include "journal/segments/segment_journal.h"
#include "journal/segments/segment_reader.h"
#include "journal/segments/tail_reader.h"

namespace florin::journal {
namespace {

// Checks what stands after the records of a plain segment: in the last one perhaps a torn write, in others nothing.
Status check_end(disk::Disk& disk, const SegmentReader& reader, bool is_last) {
  ASSIGN_OR_RETURN(const auto file, disk.open(reader.path(), disk::OpenMode::read));
  ASSIGN_OR_RETURN(const std::uint64_t torn_bytes, read_tail(*file, reader));
  if (torn_bytes > 0 && !is_last) {
    return journal_corrupt(reader.path(), reader.offset(), reader.tip().sequence + 1,
                           "a sealed segment ends in an incomplete record");
  }
  return ok();
}

}  // namespace

Result<Tip> verify_chain(disk::Disk& disk, const std::string& directory) {
  ASSIGN_OR_RETURN(const auto segments, list_segments(disk, directory));
  Tip tip;
  std::optional<Partition> partition;
  for (const SegmentName& segment : segments) {
    const bool is_last = segment == segments.back();
    if (segment.first_sequence != tip.sequence + 1) {
      return journal_corrupt(segment_path(directory, tip.sequence + 1), 0, tip.sequence + 1,
                             fmt::format("the next segment starts with entry {}", segment.first_sequence));
    }
    ASSIGN_OR_RETURN(const auto reader, SegmentReader::open(disk, directory, segment.first_sequence));
    if (reader->header().before != tip ||
        reader->header().partition != partition.value_or(reader->header().partition)) {
      return journal_corrupt(reader->path(), 0, tip.sequence + 1, "its header does not follow the segment before");
    }
    partition = reader->header().partition;
    while (true) {
      ASSIGN_OR_RETURN(const auto entry, reader->next(SegmentReader::no_limit, Check::chain_and_hash));
      if (!entry) break;
    }
    if (!segment.archived) RETURN_IF_ERROR(check_end(disk, *reader, is_last));
    tip = reader->tip();
  }
  return tip;
}

}  // namespace florin::journal
