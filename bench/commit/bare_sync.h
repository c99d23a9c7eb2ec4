// What the disk can do at best: how often a 4 KiB block of a file that is already written can be made durable.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "disk/disk.h"

namespace florin::bench {

struct SyncCount {
  std::uint64_t syncs = 0;
  double seconds = 0;
};

// Overwrites 4 KiB and calls fdatasync, one after the other, for this long, in the file `path`, which it first writes
// full of zeros if it is not there.
Result<SyncCount> count_syncs(disk::Disk& disk, const std::string& path, Duration duration);

}  // namespace florin::bench
