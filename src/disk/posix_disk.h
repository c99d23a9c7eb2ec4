// The machine's file system as a Disk.
#pragma once

#include "disk/disk.h"

namespace florin::disk {

// Thread-safe; lives for the whole program. New files and folders are for their owner only (0600, 0700).
Disk& posix_disk();

}  // namespace florin::disk
