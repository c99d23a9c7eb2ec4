// SegmentReader: the entries of one segment in order, plain or archived, each checked against the one before.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "disk/disk.h"
#include "journal/entry.h"
#include "journal/segments/segment_file.h"

namespace florin::journal {

// The bytes of a segment from its start. Implemented for plain and archived files.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Up to `size` further bytes that stand before offset `limit`; 0 where there are none (for now).
  virtual Result<std::size_t> read(char* out, std::size_t size, std::uint64_t limit) = 0;
};

enum class Check : std::uint8_t {
  chain,           // checksums and chain, for entries that are only passed over
  chain_and_hash,  // also that the hash is the entry's
};

// One thread at a time. The disk must outlive it.
class SegmentReader {
 public:
  // Opens the segment in its plain form, or else its archive, and checks the header. An active or sealed segment may be
  // archived meanwhile: what is open stays readable.
  static Result<std::unique_ptr<SegmentReader>> open(disk::Disk& disk, const std::string& directory,
                                                     std::uint64_t first_sequence);
  // Opens an archive at an explicit path.
  static Result<std::unique_ptr<SegmentReader>> open_archive(disk::Disk& disk, const std::string& path);

  SegmentReader(std::unique_ptr<ByteStream> stream, std::string path);

  // The next entry before offset `limit`; nothing where no record with right checksums stands. A record with right
  // checksums that does not follow the one before it fails with journal_corrupt.
  Result<std::optional<Entry>> next(std::uint64_t limit, Check check);

  const std::string& path() const { return path_; }
  const SegmentHeader& header() const { return header_; }
  // The last entry read, or what the segment's first entry follows.
  const Tip& tip() const { return tip_; }
  // Where the next record starts.
  std::uint64_t offset() const { return offset_; }
  // Where the last write starts among what was read: the record, last or last but one, that does not continue a write.
  std::uint64_t last_write_offset() const { return last_write_offset_; }

  static constexpr std::uint64_t no_limit = UINT64_MAX;

 private:
  Status read_header();
  // The next `size` bytes, or fewer at the end.
  Result<std::string_view> peek(std::size_t size, std::uint64_t limit);
  void skip(std::size_t size);

  std::unique_ptr<ByteStream> stream_;
  std::string path_;
  SegmentHeader header_;
  Tip tip_;
  std::uint64_t offset_ = 0;
  std::uint64_t last_write_offset_ = first_record_offset;
  std::unique_ptr<char[]> buffer_;  // not initialised: most segments of a small journal need little of it
  std::size_t buffer_size_;
  std::size_t begin_ = 0;  // of what is in the buffer and not yet read
  std::size_t end_ = 0;
};

}  // namespace florin::journal
