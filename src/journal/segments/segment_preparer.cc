#include "journal/segments/segment_preparer.h"

#include <pthread.h>

#include <algorithm>

namespace florin::journal {
namespace {

// Synced in slices, so that commits that sync meanwhile do not queue behind a whole segment.
constexpr std::uint64_t slice_bytes = std::uint64_t{1} << 20;

}  // namespace

SegmentPreparer::SegmentPreparer(Options options)
    : options_(std::move(options)), path_(disk::join(options_.directory, "prepared.seg")) {
  if (options_.in_background) thread_ = std::thread([this] { run(); });
}

SegmentPreparer::~SegmentPreparer() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<disk::File>> SegmentPreparer::take() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !wanted_; });
    if (auto prepared = std::exchange(prepared_, std::nullopt); prepared && prepared->ok()) {
      return std::move(*prepared);
    }
  }
  return prepare();
}

void SegmentPreparer::start() {
  if (!options_.in_background) return;
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  changed_.notify_all();
}

SegmentPreparer::Prepared SegmentPreparer::prepare() {
  disk::Disk& disk = options_.disk;
  ASSIGN_OR_RETURN(const bool left_over, disk.exists(path_));
  if (left_over) {
    // It got this name after it was synced, and nobody wrote more than a header into it.
    ASSIGN_OR_RETURN(auto file, disk.open(path_, disk::OpenMode::write));
    ASSIGN_OR_RETURN(const std::uint64_t size, file->size());
    if (size == options_.segment_bytes) return Prepared(std::move(file));
    RETURN_IF_ERROR(disk.remove(path_));
  }
  const std::string unfinished = path_ + ".tmp";
  ASSIGN_OR_RETURN(auto file, disk.open(unfinished, disk::OpenMode::create_or_open));
  if (const Status written = write_zeros(*file); !written.ok()) {
    // Frees the space for everyone else on a full disk. The first error is the one that matters.
    const Status removed = disk.remove(unfinished);
    static_cast<void>(removed);
    return written.error();
  }
  RETURN_IF_ERROR(disk.rename(unfinished, path_));
  return Prepared(std::move(file));
}

Status SegmentPreparer::write_zeros(disk::File& file) {
  RETURN_IF_ERROR(file.truncate(0));
  for (std::uint64_t at = 0; at < options_.segment_bytes; at += slice_bytes) {
    if (stopping_)
      return Error(Code::canceled, ErrorDomain::internal, "journal_closed", "The journal is being closed.");
    RETURN_IF_ERROR(file.write_zeros(at, std::min(slice_bytes, options_.segment_bytes - at)));
    RETURN_IF_ERROR(file.sync_data());
  }
  return file.sync();
}

void SegmentPreparer::run() noexcept {
  pthread_setname_np(pthread_self(), "florin-prepare");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || wanted_; });
    if (stopping_) return;
    lock.unlock();
    Prepared prepared = prepare();
    lock.lock();
    prepared_.emplace(std::move(prepared));
    wanted_ = false;
    changed_.notify_all();
  }
}

}  // namespace florin::journal
