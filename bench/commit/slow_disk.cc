#include "slow_disk.h"

#include <chrono>
#include <thread>
#include <utility>

namespace florin::bench {
namespace {

class SlowFile final : public disk::File {
 public:
  SlowFile(std::unique_ptr<disk::File> file, Duration delay) : file_(std::move(file)), delay_(delay) {}

  Result<std::size_t> pread(std::uint64_t offset, char* out, std::size_t size) const override {
    return file_->pread(offset, out, size);
  }
  Status pwrite(std::uint64_t offset, std::string_view bytes) override { return file_->pwrite(offset, bytes); }
  Status write_zeros(std::uint64_t offset, std::uint64_t size) override { return file_->write_zeros(offset, size); }
  Status sync_data() override {
    auto status = file_->sync_data();
    // allow(sleep): this is the disk that takes its time
    std::this_thread::sleep_for(std::chrono::microseconds(delay_.micros));
    return status;
  }
  Status sync() override { return file_->sync(); }
  Status truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<disk::File> file_;
  Duration delay_;
};

class SlowDisk final : public disk::Disk {
 public:
  SlowDisk(disk::Disk& disk, Duration delay) : disk_(disk), delay_(delay) {}

  Result<std::unique_ptr<disk::File>> open(const std::string& path, disk::OpenMode mode) override {
    ASSIGN_OR_RETURN(auto file, disk_.open(path, mode));
    return std::make_unique<SlowFile>(std::move(file), delay_);
  }
  Status rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Status remove(const std::string& path) override { return disk_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override { return disk_.list(directory); }
  Status make_directory(const std::string& directory) override { return disk_.make_directory(directory); }
  Status sync_directory(const std::string& directory) override { return disk_.sync_directory(directory); }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<std::unique_ptr<disk::FileLock>> lock_file(const std::string& path) override { return disk_.lock_file(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return disk_.free_bytes(path); }

 private:
  disk::Disk& disk_;
  Duration delay_;
};

}  // namespace

std::unique_ptr<disk::Disk> slow_disk(disk::Disk& disk, Duration delay) {
  return std::make_unique<SlowDisk>(disk, delay);
}

}  // namespace florin::bench
