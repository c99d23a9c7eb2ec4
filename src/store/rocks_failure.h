// What went wrong below RocksDB, in Florin's words, and the memory of it.
#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/status.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"

namespace florin::store {

// disk_full, disk_not_writable, state_damaged or disk_failed, for the operator: names the directory and says what to
// do.
Error to_error(const rocksdb::Status& status, const std::string& directory);

// True if the state itself is at fault and can only be made anew.
bool is_damage(const rocksdb::Status& status);

// Leaves a mark in `directory` by which the next open removes the state and makes it anew.
void mark_damaged(const std::string& directory);
bool is_marked_damaged(const std::string& directory);
void clear_damage_mark(const std::string& directory);

// Keeps the first failure of background work or of a write. Thread-safe.
class FailureListener : public rocksdb::EventListener {
 public:
  explicit FailureListener(std::string directory) : directory_(std::move(directory)) {}

  Status health() const;
  void fail(const rocksdb::Status& status);

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;

 private:
  const std::string directory_;
  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace florin::store
