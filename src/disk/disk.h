// Disk: the files of a data directory, behind an interface, so that tests and the simulator can own every fault a disk
// has.
//
// Implementations: `posix_disk` (the machine's file system) and MemoryDisk (tests, with faults). Paths are
// "/"-separated; relative ones are relative to the working directory. Every error is meant for the operator: it names
// the full path and says what to do.
//
// Errors all calls share:
//   not_found            file_not_found          nothing has this path
//   already_exists       file_exists             OpenMode::create found a file
//   resource_exhausted   disk_full               no space or quota is left
//   resource_exhausted   too_many_open_files
//   failed_precondition  disk_not_writable       permissions, or a file system mounted read-only
//   data_loss            disk_failed             the device failed; what was not synced has an unknown outcome
//   internal             disk_error              anything else, with the system's words
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace florin::disk {

// An open file. Closed by its destructor. Thread-safe as far as callers touch different bytes.
class File {
 public:
  virtual ~File() = default;

  // Reads up to `size` bytes at `offset`. Fewer come back only at the end of the file.
  virtual Result<std::size_t> pread(std::uint64_t offset, char* out, std::size_t size) const = 0;
  // Writes all of `bytes` at `offset`, extending the file if needed. On an error any part of them may have been
  // written.
  virtual Status pwrite(std::uint64_t offset, std::string_view bytes) = 0;
  // Writes zeros over [offset, offset + size): the blocks are then allocated and written, so that overwriting and
  // syncing them later changes no metadata.
  virtual Status write_zeros(std::uint64_t offset, std::uint64_t size) = 0;
  // Makes what was written durable (fdatasync). After one failure nothing is known about what was not synced before.
  virtual Status sync_data() = 0;
  // The same with all metadata (fsync).
  virtual Status sync() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

// Held from lock_file until destruction, or until the process ends in whatever way.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode : std::uint8_t {
  read,            // must exist
  write,           // read and write; must exist
  create,          // read and write; must not exist
  create_or_open,  // read and write
};

// Thread-safe. A change of names (create, rename, remove) is durable only after sync_directory of the folder.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  // Replaces `to` in one step if it exists.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  // The names (not paths) in a folder, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  // Creates the folder and its parents, durably and for the owner only. Does nothing if it exists.
  virtual Status make_directory(const std::string& directory) = 0;
  virtual Status sync_directory(const std::string& directory) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  // Takes an exclusive lock on the file `path`, creating it. Fails at once with failed_precondition
  // (data_directory_locked) if anyone, this process included, holds it.
  virtual Result<std::unique_ptr<FileLock>> lock_file(const std::string& path) = 0;
  // Bytes this process may still write to the file system that holds `path`.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

// The whole of a small file (at most `bytes_max`, else data_loss file_too_long).
Result<std::string> read_file(Disk& disk, const std::string& path, std::size_t bytes_max);
// Replaces `path` by `bytes` so that after a crash it holds either the old or the new content: writes "path.tmp",
// syncs, renames, syncs the folder.
Status write_file_atomically(Disk& disk, const std::string& path, std::string_view bytes);

// "a/b" for "a" and "b".
std::string join(std::string_view directory, std::string_view name);
// "a" for "a/b", "." for "b", "/" for "/b".
std::string parent(const std::string& path);

// The error for a lock that somebody holds; shared by the implementations.
Error data_directory_locked(const std::string& path);

}  // namespace florin::disk
