// A disk whose syncs take longer: what a network volume is to this machine's disk. For asking whether commands share
// syncs well, where the disk and not the processor is the limit.
#pragma once

#include <memory>

#include "base/time.h"
#include "disk/disk.h"

namespace florin::bench {

// `disk` with `delay` added to each sync_data. `disk` must outlive it.
std::unique_ptr<disk::Disk> slow_disk(disk::Disk& disk, Duration delay);

}  // namespace florin::bench
