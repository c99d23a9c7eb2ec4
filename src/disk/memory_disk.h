// MemoryDisk: a Disk in memory with the faults of a real one, for tests and the simulator.
//
// What it models:
// - Written bytes can be read at once, but survive a crash for certain only after a sync of the file; names only after
//   a sync of the folder. A crash leaves each unsynced write lost, whole, cut after some 512-byte sector, or with any
//   of its sectors missing. Of unsynced changes of names a crash keeps the first few. (A write that is cut at any byte
//   comes from the process: cut_write_after.)
// - After a failed sync the bytes can still be read, but the disk holds them lost, whole or torn, and a later
//   successful sync does not bring them back (Linux marks the pages clean).
// - A sector is stored whole or not at all; bytes that were synced do not change, unless flip_byte changes them.
//
// All chance is drawn from one seed: the same calls in the same order give the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "disk/disk.h"

namespace florin::disk {

// Thread-safe. Files and locks may outlive it.
class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(std::uint64_t seed);
  ~MemoryDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& directory) override;
  Status sync_directory(const std::string& directory) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock_file(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;

  // The power goes: what was not synced is settled by chance, locks fall, and files opened before fail for ever with
  // disk_failed. Ends lose_power_after, fail_sync_after and cut_write_after.
  void crash();
  // The `changes`-th change from now on (write, sync, truncate, change of a name; 1 is the next) stops half done and
  // fails, and so does everything after it until crash().
  void lose_power_after(std::uint64_t changes);
  // The `syncs`-th sync of a file from now on fails with disk_failed; once.
  void fail_sync_after(std::uint64_t syncs);
  // The `writes`-th write from now on stores only a part of its bytes and fails with disk_failed; once.
  void cut_write_after(std::uint64_t writes);
  // All files together may hold this many bytes; the write that goes beyond stores what fits and fails with disk_full.
  void set_capacity(std::uint64_t bytes);
  // Called at the start of every sync of a file, on the caller's thread and without a lock: block in it for a slow
  // disk.
  void on_sync(std::function<void(const std::string& path)> hook);

  // Changes stored bytes behind everyone's back: xors the byte at `offset` with `mask`. The file must exist and be that
  // long.
  void flip_byte(const std::string& path, std::uint64_t offset, std::uint8_t mask);
  // Replaces a file's durable content, creating it if need be.
  void put(const std::string& path, std::string bytes);
  // What a reader sees now. The file must exist.
  std::string content(const std::string& path) const;
  // How many changes there have been so far.
  std::uint64_t changes() const;

  struct State;  // shared with the open files

 private:
  std::shared_ptr<State> state_;
};

}  // namespace florin::disk
