// Log: the file in which the sandbox keeps its records (record.h), written ahead with zeros so that a sync is cheap.
//
// Files in the directory: "books.log" and "lock". Opening reads every whole frame and cuts off what follows the last
// one: a group of requests that was being written when the process ended was never answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "disk/disk.h"
#include "sandbox_psp/record.h"

namespace florin::sandbox_psp {

struct LogOptions {
  std::size_t read_bytes = 4 << 20;       // at once, when it is opened; at least one frame
  std::uint64_t reserve_bytes = 8 << 20;  // of zeros written ahead
};

// For one thread at a time. `disk` must outlive it.
class Log {
 public:
  // Opens or creates, and gives each record in order to `take`. Errors: those of the disk, and of `take`.
  static Result<std::unique_ptr<Log>> open(disk::Disk& disk, const std::string& directory,
                                           const std::function<Status(const Record&)>& take, LogOptions options = {});

  // Appends frames and makes them durable. After an error nothing more may be appended: what is on disk is not known.
  Status append(std::string_view frames);

  std::uint64_t size() const { return end_; }

 private:
  Log(std::unique_ptr<disk::FileLock> lock, std::unique_ptr<disk::File> file, LogOptions options);
  Status replay(const std::function<Status(const Record&)>& take);
  Status reserve(std::uint64_t bytes);

  const LogOptions options_;
  std::unique_ptr<disk::FileLock> lock_;
  std::unique_ptr<disk::File> file_;
  std::uint64_t end_ = 0;       // of the last frame
  std::uint64_t reserved_ = 0;  // of the file
  bool failed_ = false;
};

}  // namespace florin::sandbox_psp
