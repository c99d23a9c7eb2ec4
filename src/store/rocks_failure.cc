#include "store/rocks_failure.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace florin::store {
namespace {

std::string damage_mark(const std::string& directory) {
  return directory + "/DAMAGED";
}

bool is_out_of_space(const rocksdb::Status& status) {
  return status.IsNoSpace() || (status.IsIOError() && status.subcode() == rocksdb::Status::kSpaceLimit);
}

}  // namespace

Error to_error(const rocksdb::Status& status, const std::string& directory) {
  if (is_out_of_space(status)) {
    return {Code::resource_exhausted, ErrorDomain::data, "disk_full",
            fmt::format("No space is left for the state in {}. Free some, then start again.", directory)};
  }
  if (is_damage(status)) {
    return data_loss(
        "state_damaged",
        fmt::format("The state in {} is damaged and will be made anew from the journal at the next start ({}). Check "
                    "the disk.",
                    directory, status.ToString()));
  }
  if (::access(directory.c_str(), W_OK) != 0) {
    return failed_precondition("disk_not_writable",
                               fmt::format("The directory {} cannot be written. Give this user the right "
                                           "to, or mount it read-write.",
                                           directory));
  }
  return data_loss("disk_failed",
                   fmt::format("The disk under the state in {} failed: {}. Check the disk, then start again.",
                               directory, status.ToString()));
}

bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported() || status.IsPathNotFound();
}

void mark_damaged(const std::string& directory) {
  std::ofstream(damage_mark(directory)) << "make this state anew\n";
}

bool is_marked_damaged(const std::string& directory) {
  std::error_code error;
  return std::filesystem::exists(damage_mark(directory), error);
}

void clear_damage_mark(const std::string& directory) {
  std::error_code error;
  std::filesystem::remove(damage_mark(directory), error);
}

Status FailureListener::health() const {
  if (!failed_.load(std::memory_order_acquire)) return ok();
  const std::lock_guard lock(mutex_);
  return *error_;
}

void FailureListener::fail(const rocksdb::Status& status) {
  if (status.IsCorruption()) mark_damaged(directory_);
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = to_error(status, directory_);
  failed_.store(true, std::memory_order_release);
}

void FailureListener::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) {
  fail(*error);
}

}  // namespace florin::store
