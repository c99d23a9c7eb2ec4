#include "journal/segments/tail_reader.h"

#include <algorithm>
#include <string>

#include "journal/segments/tail.h"

namespace florin::journal {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

// The offset after the last byte from `start` on that is not zero; `start` if there is none.
Result<std::uint64_t> last_use(const disk::File& file, std::uint64_t start) {
  ASSIGN_OR_RETURN(const std::uint64_t size, file.size());
  std::string chunk(std::min<std::uint64_t>(chunk_bytes, size - std::min(start, size)), '\0');
  std::uint64_t last = start;
  for (std::uint64_t at = start;;) {
    ASSIGN_OR_RETURN(const std::size_t got, file.pread(at, chunk.data(), chunk.size()));
    if (got == 0) return last;
    const std::size_t found = std::string_view(chunk).substr(0, got).find_last_not_of('\0');
    if (found != std::string_view::npos) last = at + found + 1;
    at += got;
  }
}

}  // namespace

Result<std::uint64_t> read_tail(const disk::File& file, const SegmentReader& reader) {
  const std::uint64_t start = reader.offset();
  ASSIGN_OR_RETURN(const std::uint64_t end, last_use(file, start));
  std::string bytes(end - start, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.pread(start, bytes.data(), bytes.size()));
  bytes.resize(got);
  const Tail tail = judge_tail(
      bytes, {.partition = reader.header().partition, .offset = start, .last_sequence = reader.tip().sequence});
  if (tail.state == TailState::damaged) {
    return journal_corrupt(reader.path(), start, reader.tip().sequence + 1, tail.why);
  }
  return std::uint64_t{got};
}

}  // namespace florin::journal
