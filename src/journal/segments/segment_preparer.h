// SegmentPreparer: has the next segment file ready, written with zeros and synced, before it is needed.
//
// Overwriting blocks that are allocated and written makes an fdatasync about twice as fast as growing a file, because
// no metadata changes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "disk/disk.h"

namespace florin::journal {

class SegmentPreparer {
 public:
  struct Options {
    disk::Disk& disk;
    std::string directory;
    std::uint64_t segment_bytes = 0;
    bool in_background = true;  // else `take` does all the work, which keeps tests deterministic
  };

  explicit SegmentPreparer(Options options);
  // Leaves a file that is half prepared; the next preparer starts it anew.
  ~SegmentPreparer();
  SegmentPreparer(const SegmentPreparer&) = delete;
  SegmentPreparer& operator=(const SegmentPreparer&) = delete;

  // The prepared file, under the name `path()`, for the caller to fill in and rename. Waits for it if need be. Where
  // preparing in the background failed, tries again.
  Result<std::unique_ptr<disk::File>> take();
  // Begins with the next one. Call it after the last one was renamed.
  void start();

  const std::string& path() const { return path_; }

 private:
  using Prepared = Result<std::unique_ptr<disk::File>>;

  Prepared prepare();
  Status write_zeros(disk::File& file);
  void run() noexcept;

  const Options options_;
  const std::string path_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;  // the thread has work, or is at it
  std::optional<Prepared> prepared_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace florin::journal
