#include "journal/segments/segment_cursor.h"

namespace florin::journal {

SegmentCursor::SegmentCursor(Options options) : options_(std::move(options)), next_(options_.from_sequence) {}

Result<std::optional<Entry>> SegmentCursor::next() {
  if (failure_) return *failure_;
  auto entry = read_next();
  if (!entry.ok()) failure_ = entry.error();
  return entry;
}

Result<std::optional<Entry>> SegmentCursor::read_next() {
  const DurableView::Limit limit = options_.view->limit();
  if (next_ > limit.sequence) return std::optional<Entry>{};
  if (!reader_) RETURN_IF_ERROR(open_segment(next_));
  while (true) {
    const bool is_written = reader_->header().first_sequence() == limit.segment_first;
    const std::uint64_t wanted = reader_->tip().sequence + 1;
    const Check check = wanted < next_ ? Check::chain : Check::chain_and_hash;
    ASSIGN_OR_RETURN(auto entry, reader_->next(is_written ? limit.offset : SegmentReader::no_limit, check));
    if (!entry) {
      RETURN_IF_ERROR(open_segment(wanted));
      continue;
    }
    if (entry->sequence < next_) continue;
    ++next_;
    return entry;
  }
}

Status SegmentCursor::open_segment(std::uint64_t sequence) {
  const std::uint64_t first = options_.view->segment_of(sequence);
  if (first == 0) {
    return journal_corrupt(segment_path(options_.directory, sequence), 0, sequence, "the file is missing");
  }
  // Within a journal a segment ends exactly where the next begins.
  if (reader_ && first != sequence) {
    return journal_corrupt(reader_->path(), reader_->offset(), sequence, "no valid record stands there");
  }
  auto reader = SegmentReader::open(options_.disk, options_.directory, first);
  if (!reader.ok()) {
    if (reader.error().code() != Code::not_found) return std::move(reader).error();
    return journal_corrupt(segment_path(options_.directory, first), 0, first, "the file is missing");
  }
  if (reader_ && (*reader)->header().before != reader_->tip()) {
    return journal_corrupt((*reader)->path(), 0, first,
                           "its header does not follow the last entry of the segment before");
  }
  reader_ = std::move(*reader);
  return ok();
}

}  // namespace florin::journal
