// The lease of a local journal: the highest epoch ever given out, in the file `lease`, so that an owner that appended
// nothing still uses its epoch up. (Who may hold it at all is decided by the lock file.)
//
// The file, little-endian: magic "FLORINLE" (8), format 1 (2), partition (2), zero (4), epoch (8), CRC-32C of these 24
// bytes (4).
#pragma once

#include <cstdint>
#include <string>

#include "disk/disk.h"
#include "journal/journal.h"

namespace florin::journal {

// One more than the higher of the stored epoch and `at_least`; stored durably before this returns. Without a lease file
// (a restored backup of the segments alone) `at_least`, the epoch of the last entry, decides.
Result<std::uint64_t> take_lease(disk::Disk& disk, const std::string& directory, Partition partition,
                                 std::uint64_t at_least);

}  // namespace florin::journal
