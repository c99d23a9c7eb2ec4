#include "journal/segments/segment_reader.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace florin::journal {
namespace {

// One read of this size costs little more than one of a page, and it stays in the processor's second cache.
constexpr std::size_t default_buffer_bytes = std::size_t{512} << 10;

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(std::unique_ptr<disk::File> file) : file_(std::move(file)) {}

  Result<std::size_t> read(char* out, std::size_t size, std::uint64_t limit) override {
    if (offset_ >= limit) return std::size_t{0};
    ASSIGN_OR_RETURN(const std::size_t got, file_->pread(offset_, out, std::min<std::uint64_t>(size, limit - offset_)));
    offset_ += got;
    return got;
  }

 private:
  std::unique_ptr<disk::File> file_;
  std::uint64_t offset_ = 0;
};

class ArchiveStream final : public ByteStream {
 public:
  ArchiveStream(std::unique_ptr<disk::File> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), zstd_(ZSTD_createDCtx()), packed_(ZSTD_DStreamInSize()) {
    CHECK(zstd_ != nullptr, "out of memory");
  }

  // An archive is complete, so the limit does not matter.
  Result<std::size_t> read(char* out, std::size_t size, std::uint64_t) override {
    ZSTD_outBuffer unpacked{.dst = out, .size = size, .pos = 0};
    while (unpacked.pos == 0) {
      if (input_.pos == input_.size && !holds_output_) {
        ASSIGN_OR_RETURN(const std::size_t got, file_->pread(offset_, packed_.data(), packed_.size()));
        if (got == 0 && expects_more_) return damaged("it ends too early");
        if (got == 0) return std::size_t{0};
        offset_ += got;
        input_ = {.src = packed_.data(), .size = got, .pos = 0};
      }
      const std::size_t left = ZSTD_decompressStream(zstd_.get(), &unpacked, &input_);
      if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
      expects_more_ = left != 0;
      holds_output_ = left != 0 && unpacked.pos == unpacked.size;  // zstd may have had no room for all it unpacked
    }
    return unpacked.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  Error damaged(std::string_view why) const {
    return data_loss("journal_corrupt",
                     fmt::format("Journal archive {} is damaged near offset {}: {}. Restore this file from "
                                 "a replica or a backup.",
                                 path_, offset_, why));
  }

  std::unique_ptr<disk::File> file_;
  std::string path_;
  std::unique_ptr<ZSTD_DCtx, Free> zstd_;
  std::vector<char> packed_;
  ZSTD_inBuffer input_{.src = nullptr, .size = 0, .pos = 0};
  std::uint64_t offset_ = 0;
  bool expects_more_ = true;
  bool holds_output_ = false;
};

}  // namespace

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(disk::Disk& disk, const std::string& directory,
                                                           std::uint64_t first_sequence) {
  std::string path = segment_path(directory, first_sequence);
  auto file = disk.open(path, disk::OpenMode::read);
  std::unique_ptr<SegmentReader> reader;
  if (file.ok()) {
    ASSIGN_OR_RETURN(const std::uint64_t file_bytes, (*file)->size());
    reader = std::make_unique<SegmentReader>(std::make_unique<PlainStream>(std::move(*file)), std::move(path));
    RETURN_IF_ERROR(reader->read_header());
    if (file_bytes != reader->header_.file_bytes) {
      return journal_corrupt(
          reader->path_, file_bytes, first_sequence,
          fmt::format("the file has {} bytes instead of {}", file_bytes, reader->header_.file_bytes));
    }
  } else if (file.error().code() == Code::not_found) {
    ASSIGN_OR_RETURN(reader, open_archive(disk, archive_path(directory, first_sequence)));
  } else {
    return std::move(file).error();
  }
  if (reader->header_.first_sequence() != first_sequence) {
    return journal_corrupt(reader->path_, 0, first_sequence,
                           fmt::format("the header says {}", reader->header_.first_sequence()));
  }
  return reader;
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::open_archive(disk::Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, disk.open(path, disk::OpenMode::read));
  auto reader = std::make_unique<SegmentReader>(std::make_unique<ArchiveStream>(std::move(file), path), path);
  RETURN_IF_ERROR(reader->read_header());
  return reader;
}

SegmentReader::SegmentReader(std::unique_ptr<ByteStream> stream, std::string path)
    : stream_(std::move(stream)),
      path_(std::move(path)),
      buffer_(std::make_unique_for_overwrite<char[]>(default_buffer_bytes)),
      buffer_size_(default_buffer_bytes) {}

Status SegmentReader::read_header() {
  ASSIGN_OR_RETURN(const std::string_view bytes, peek(first_record_offset, first_record_offset));
  ASSIGN_OR_RETURN(header_, decode_segment_header(bytes, path_));
  skip(bytes.size());
  tip_ = header_.before;
  return ok();
}

Result<std::optional<Entry>> SegmentReader::next(std::uint64_t limit, Check check) {
  ASSIGN_OR_RETURN(const std::string_view head, peek(record_header_bytes, limit));
  auto header = parse_record_header(head);
  if (!header) return std::optional<Entry>{};
  ASSIGN_OR_RETURN(const std::string_view record, peek(header->record_bytes(), limit));
  if (!record_is_whole(*header, record)) return std::optional<Entry>{};

  Entry& entry = header->entry;
  const std::uint64_t expected = tip_.sequence + 1;
  if (header->partition != header_.partition) {
    return journal_corrupt(path_, offset_, expected, fmt::format("it is of partition {}", header->partition));
  }
  if (const Status follows = check_follows(tip_, entry); !follows.ok()) {
    return journal_corrupt(path_, offset_, expected, follows.error().message());
  }
  entry.body.assign(record.substr(record_header_bytes, header->body_bytes));
  if (check == Check::chain_and_hash && entry.hash != entry_hash(header_.partition, entry)) {
    return journal_corrupt(path_, offset_, expected, "its hash does not fit its content");
  }
  if (!header->continues_write) last_write_offset_ = offset_;
  tip_ = tip_of(entry);
  skip(record.size());
  return std::optional<Entry>(std::move(entry));
}

Result<std::string_view> SegmentReader::peek(std::size_t size, std::uint64_t limit) {
  if (end_ - begin_ < size) {
    if (buffer_size_ < size) {
      auto larger = std::make_unique_for_overwrite<char[]>(size);
      std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
      buffer_ = std::move(larger);
      buffer_size_ = size;
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    begin_ = 0;
    while (end_ < size) {
      ASSIGN_OR_RETURN(const std::size_t got, stream_->read(buffer_.get() + end_, buffer_size_ - end_, limit));
      if (got == 0) break;
      end_ += got;
    }
  }
  return std::string_view(buffer_.get() + begin_, std::min(size, end_ - begin_));
}

void SegmentReader::skip(std::size_t size) {
  begin_ += size;
  offset_ += size;
}

}  // namespace florin::journal
