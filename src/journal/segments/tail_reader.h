// Reads and judges what stands after the last valid record of a file.
#pragma once

#include <cstdint>

#include "disk/disk.h"
#include "journal/segments/segment_reader.h"

namespace florin::journal {

// `reader` has read `file` up to where no valid record stands. Returns how many bytes from there hold a torn write (0
// for none), or fails with journal_corrupt.
Result<std::uint64_t> read_tail(const disk::File& file, const SegmentReader& reader);

}  // namespace florin::journal
