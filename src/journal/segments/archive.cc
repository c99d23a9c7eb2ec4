#include <zstd.h>

#include <memory>
#include <vector>

#include "journal/segments/segment_journal.h"
#include "journal/segments/segment_reader.h"
#include "journal/segments/tail_reader.h"

namespace florin::journal {
namespace {

constexpr int compression_level = 3;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

Status read_to_end(SegmentReader& reader) {
  while (true) {
    ASSIGN_OR_RETURN(const auto entry, reader.next(SegmentReader::no_limit, Check::chain_and_hash));
    if (!entry) return ok();
  }
}

// Writes the first `size` bytes of `from`, compressed and with a checksum, to `to`, and syncs it.
Status compress(const disk::File& from, std::uint64_t size, disk::File& to) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> zstd(ZSTD_createCCtx(), ZSTD_freeCCtx);
  CHECK(zstd != nullptr, "out of memory");
  ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_compressionLevel, compression_level);
  ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> plain(chunk_bytes);
  std::vector<char> packed(ZSTD_CStreamOutSize());
  std::uint64_t written = 0;
  RETURN_IF_ERROR(to.truncate(0));
  for (std::uint64_t at = 0; at < size;) {
    ASSIGN_OR_RETURN(const std::size_t got,
                     from.pread(at, plain.data(), std::min<std::uint64_t>(plain.size(), size - at)));
    CHECK(got > 0, "the segment was checked, and is shorter now");
    at += got;
    const ZSTD_EndDirective directive = at == size ? ZSTD_e_end : ZSTD_e_continue;
    ZSTD_inBuffer input{.src = plain.data(), .size = got, .pos = 0};
    std::size_t left = 1;
    while (directive == ZSTD_e_end ? left != 0 : input.pos < input.size) {
      ZSTD_outBuffer output{.dst = packed.data(), .size = packed.size(), .pos = 0};
      left = ZSTD_compressStream2(zstd.get(), &output, &input, directive);
      CHECK(ZSTD_isError(left) == 0, "zstd: {}", ZSTD_getErrorName(left));
      RETURN_IF_ERROR(to.pwrite(written, {packed.data(), output.pos}));
      written += output.pos;
    }
  }
  return to.sync();
}

Status archive_segment(disk::Disk& disk, const std::string& directory, std::uint64_t first_sequence) {
  ASSIGN_OR_RETURN(const auto reader, SegmentReader::open(disk, directory, first_sequence));
  RETURN_IF_ERROR(read_to_end(*reader));
  ASSIGN_OR_RETURN(const auto plain, disk.open(reader->path(), disk::OpenMode::read));
  ASSIGN_OR_RETURN(const std::uint64_t torn_bytes, read_tail(*plain, *reader));
  if (torn_bytes > 0) {
    return journal_corrupt(reader->path(), reader->offset(), reader->tip().sequence + 1,
                           "a sealed segment ends in an incomplete record");
  }

  const std::string archive = archive_path(directory, first_sequence);
  const std::string unfinished = archive + ".tmp";
  {
    ASSIGN_OR_RETURN(const auto packed, disk.open(unfinished, disk::OpenMode::create_or_open));
    RETURN_IF_ERROR(compress(*plain, reader->offset(), *packed));
  }
  ASSIGN_OR_RETURN(const auto proof, SegmentReader::open_archive(disk, unfinished));
  RETURN_IF_ERROR(read_to_end(*proof));
  if (proof->tip() != reader->tip() || proof->offset() != reader->offset()) {
    return journal_corrupt(unfinished, proof->offset(), proof->tip().sequence + 1,
                           "the new archive does not give back what went into it");
  }
  RETURN_IF_ERROR(disk.rename(unfinished, archive));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  RETURN_IF_ERROR(disk.remove(reader->path()));
  return disk.sync_directory(directory);
}

}  // namespace

Result<int> archive_sealed(disk::Disk& disk, const std::string& directory, std::uint64_t keep) {
  ASSIGN_OR_RETURN(const auto segments, list_segments(disk, directory));
  int archived = 0;
  for (std::size_t i = 0; i + 1 + keep < segments.size(); ++i) {
    if (segments[i].archived) continue;
    RETURN_IF_ERROR(archive_segment(disk, directory, segments[i].first_sequence));
    ++archived;
  }
  return archived;
}

}  // namespace florin::journal
