#include "journal/segments/segment_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "journal/entry.h"
#include "journal/segments/segment_reader.h"
#include "journal/segments/tail_reader.h"

namespace florin::journal {
namespace {

constexpr std::uint64_t copy_chunk_bytes = std::uint64_t{1} << 20;

}  // namespace

SegmentLog::SegmentLog(const SegmentJournalOptions& options)
    : options_(options),
      preparer_({.disk = options.disk,
                 .directory = options.directory,
                 .segment_bytes = options.segment_bytes,
                 .in_background = options.prepare_in_background}) {}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(const SegmentJournalOptions& options) {
  ASSIGN_OR_RETURN(const auto segments, list_segments(options.disk, options.directory));
  std::unique_ptr<SegmentLog> log(new SegmentLog(options));
  for (const SegmentName& segment : segments) log->segments_.push_back(segment.first_sequence);
  if (segments.empty()) {
    RETURN_IF_ERROR(log->start_segment(0));
  } else if (segments.back().archived) {
    const std::uint64_t first = segments.back().first_sequence;
    return journal_corrupt(segment_path(options.directory, first), 0, first,
                           "the file is missing, only its archive is there, and a last segment is never archived");
  } else {
    RETURN_IF_ERROR(log->recover(segments.back().first_sequence));
  }
  log->preparer_.start();
  return log;
}

Status SegmentLog::recover(std::uint64_t first_sequence) {
  disk::Disk& disk = options_.disk;
  ASSIGN_OR_RETURN(const auto reader, SegmentReader::open(disk, options_.directory, first_sequence));
  if (reader->header().partition != options_.partition) {
    return failed_precondition(
        "journal_other_partition",
        fmt::format(
            "{} belongs to partition {}, but partition {} was to be opened. Give each partition its own directory.",
            reader->path(), reader->header().partition, options_.partition));
  }
  while (true) {
    ASSIGN_OR_RETURN(const auto entry, reader->next(SegmentReader::no_limit, Check::chain_and_hash));
    if (!entry) break;
  }
  ASSIGN_OR_RETURN(file_, disk.open(reader->path(), disk::OpenMode::write));
  ASSIGN_OR_RETURN(const std::uint64_t torn_bytes, read_tail(*file_, *reader));
  file_bytes_ = reader->header().file_bytes;
  offset_ = reader->offset();
  tip_ = reader->tip();
  if (torn_bytes > 0) {
    RETURN_IF_ERROR(cut_tail(reader->path()));
  } else if (const std::uint64_t start = reader->last_write_offset(); start < offset_) {
    // What can be read need not be on the disk: after a failed sync Linux forgets that pages are dirty. Writing the
    // last write once more makes it so; all before it was synced before it was written.
    RETURN_IF_ERROR(copy_bytes(*file_, *file_, start));
    RETURN_IF_ERROR(file_->sync_data());
  }
  return disk.sync_directory(options_.directory);
}

Status SegmentLog::cut_tail(const std::string& path) {
  // Not by zeros over the torn bytes: if their sync failed they could be read but not be on the disk, and no later
  // start would know. A copy replaces the file in one step, and can be made again.
  disk::Disk& disk = options_.disk;
  const std::string copy_path = path + ".tmp";
  ASSIGN_OR_RETURN(auto copy, disk.open(copy_path, disk::OpenMode::create_or_open));
  RETURN_IF_ERROR(copy->truncate(0));
  RETURN_IF_ERROR(copy_bytes(*file_, *copy, 0));
  RETURN_IF_ERROR(copy->write_zeros(offset_, file_bytes_ - offset_));
  RETURN_IF_ERROR(copy->sync());
  RETURN_IF_ERROR(disk.rename(copy_path, path));
  file_ = std::move(copy);
  return ok();
}

Status SegmentLog::copy_bytes(const disk::File& from, disk::File& to, std::uint64_t start) const {
  for (std::string chunk; start < offset_; start += chunk.size()) {
    chunk.resize(std::min<std::uint64_t>(copy_chunk_bytes, offset_ - start));
    ASSIGN_OR_RETURN(const std::size_t got, from.pread(start, chunk.data(), chunk.size()));
    CHECK(got == chunk.size(), "the file was longer a moment ago");
    RETURN_IF_ERROR(to.pwrite(start, chunk));
  }
  return ok();
}

Status SegmentLog::start_segment(std::size_t record_size) {
  ASSIGN_OR_RETURN(auto file, preparer_.take());
  SegmentHeader header{.partition = options_.partition,
                       .before = tip_,
                       .started = options_.clock.now(),
                       .file_bytes = std::max(options_.segment_bytes, first_record_offset + record_size),
                       .program = options_.program};
  if (header.file_bytes > options_.segment_bytes) {
    RETURN_IF_ERROR(file->write_zeros(options_.segment_bytes, header.file_bytes - options_.segment_bytes));
  }
  RETURN_IF_ERROR(file->pwrite(0, encode_segment_header(header)));
  RETURN_IF_ERROR(file->sync());
  RETURN_IF_ERROR(options_.disk.rename(preparer_.path(), segment_path(options_.directory, header.first_sequence())));
  RETURN_IF_ERROR(options_.disk.sync_directory(options_.directory));
  file_ = std::move(file);
  file_bytes_ = header.file_bytes;
  offset_ = first_record_offset;
  // A first entry too long for an empty segment replaces that segment.
  if (segments_.empty() || segments_.back() != header.first_sequence()) segments_.push_back(header.first_sequence());
  return ok();
}

Result<std::size_t> SegmentLog::append(std::span<const Entry> entries) {
  CHECK(!entries.empty());
  if (const std::size_t first_size = record_bytes(entries[0].body.size()); offset_ + first_size > file_bytes_) {
    RETURN_IF_ERROR(start_segment(first_size));
    preparer_.start();
  }
  buffer_.clear();
  std::size_t count = 0;
  for (const Entry& entry : entries) {
    if (offset_ + buffer_.size() + record_bytes(entry.body.size()) > file_bytes_) break;
    append_record(buffer_, options_.partition, entry, count > 0);
    ++count;
  }
  RETURN_IF_ERROR(file_->pwrite(offset_, buffer_));
  RETURN_IF_ERROR(file_->sync_data());
  offset_ += buffer_.size();
  tip_ = tip_of(entries[count - 1]);
  return count;
}

}  // namespace florin::journal
