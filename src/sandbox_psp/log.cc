#include "sandbox_psp/log.h"

namespace florin::sandbox_psp {

Log::Log(std::unique_ptr<disk::FileLock> lock, std::unique_ptr<disk::File> file, LogOptions options)
    : options_(options), lock_(std::move(lock)), file_(std::move(file)) {}

Result<std::unique_ptr<Log>> Log::open(disk::Disk& disk, const std::string& directory,
                                       const std::function<Status(const Record&)>& take, LogOptions options) {
  RETURN_IF_ERROR(disk.make_directory(directory));
  ASSIGN_OR_RETURN(auto lock, disk.lock_file(disk::join(directory, "lock")));
  ASSIGN_OR_RETURN(auto file, disk.open(disk::join(directory, "books.log"), disk::OpenMode::create_or_open));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  std::unique_ptr<Log> log(new Log(std::move(lock), std::move(file), options));
  RETURN_IF_ERROR(log->replay(take));
  // Old bytes beyond the end must not be taken for frames once newer ones stand before them.
  RETURN_IF_ERROR(log->file_->truncate(log->end_));
  log->reserved_ = log->end_;
  RETURN_IF_ERROR(log->file_->sync());
  return log;
}

Status Log::replay(const std::function<Status(const Record&)>& take) {
  std::string bytes;  // from end_ on
  std::uint64_t read = 0;
  for (bool more = true; more;) {
    const std::size_t had = bytes.size();
    bytes.resize(had + options_.read_bytes);
    ASSIGN_OR_RETURN(const std::size_t got, file_->pread(read, bytes.data() + had, options_.read_bytes));
    bytes.resize(had + got);
    read += got;
    more = got > 0;
    std::string_view rest = bytes;
    while (const auto frame = read_frame(rest)) {
      RETURN_IF_ERROR(take(frame->record));
      rest.remove_prefix(frame->size);
      end_ += frame->size;
    }
    // A frame may go on in the next piece; more than its largest size cannot be one.
    if (rest.size() > frame_header_bytes + payload_bytes_max) break;
    bytes.erase(0, bytes.size() - rest.size());
  }
  return ok();
}

Status Log::reserve(std::uint64_t bytes) {
  if (end_ + bytes <= reserved_) return ok();
  const std::uint64_t size = bytes + options_.reserve_bytes;
  RETURN_IF_ERROR(file_->write_zeros(end_, size));
  RETURN_IF_ERROR(file_->sync());
  reserved_ = end_ + size;
  return ok();
}

Status Log::append(std::string_view frames) {
  if (failed_) return unavailable("sandbox_log_failed", "The sandbox's log failed earlier. Restart the sandbox.");
  failed_ = true;
  RETURN_IF_ERROR(reserve(frames.size()));
  RETURN_IF_ERROR(file_->pwrite(end_, frames));
  RETURN_IF_ERROR(file_->sync_data());
  end_ += frames.size();
  failed_ = false;
  return ok();
}

}  // namespace florin::sandbox_psp
