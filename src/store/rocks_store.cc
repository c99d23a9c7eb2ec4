#include "store/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/encoding.h"
#include "store/rocks_failure.h"
#include "store/rocks_options.h"

namespace florin::store {
namespace {

// The store's own rows stand below every table: tables count from 1.
constexpr std::string_view applied_key{"\0applied", 8};
constexpr std::string_view format_key{"\0format", 7};
constexpr std::string_view first_table_key{"\1", 1};

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// An open RocksDB. The store and its snapshots share it; the last one closes it.
struct Database {
  Database(std::string name, std::shared_ptr<FailureListener> failures)
      : directory(std::move(name)), failure(std::move(failures)) {}

  // Reads of this process can no longer be trusted; the next start makes the state anew.
  [[noreturn]] void fail_read(const rocksdb::Status& status) const {
    mark_damaged(directory);
    const auto error = to_error(status, directory);
    CHECK(false, "{}", error.message());
    std::unreachable();
  }

  std::optional<std::string> get(const rocksdb::ReadOptions& read, std::string_view key) const {
    std::string value;
    const auto status = db->Get(read, db->DefaultColumnFamily(), slice(key), &value);
    if (status.ok()) return value;
    if (!status.IsNotFound()) fail_read(status);
    return std::nullopt;
  }

  std::uint64_t applied(const rocksdb::ReadOptions& read) const {
    const auto value = get(read, applied_key);
    if (!value) return 0;
    CHECK(value->size() == sizeof(std::uint64_t));
    return load_u64_be(value->data());
  }

  std::string directory;
  std::shared_ptr<FailureListener> failure;
  std::unique_ptr<rocksdb::DB> db;
};

class RocksScan : public Scan {
 public:
  RocksScan(const Database& database, rocksdb::ReadOptions read, const Range& range)
      : database_(database),
        from_(std::max(std::string_view(range.from), first_table_key)),
        to_(range.to),
        reverse_(range.reverse) {
    if (!to_.empty() && from_ >= to_) return;
    // The bounds keep RocksDB from opening blocks, and from walking over erased rows, beyond the range.
    from_slice_ = from_;
    to_slice_ = to_;
    read.iterate_lower_bound = &from_slice_;
    if (!to_.empty()) read.iterate_upper_bound = &to_slice_;
    iterator_.reset(database_.db->NewIterator(read));
    if (reverse_) {
      iterator_->SeekToLast();
    } else {
      iterator_->Seek(from_slice_);
    }
    check_status();
  }

  bool valid() const override { return iterator_ && iterator_->Valid(); }
  std::string_view key() const override { return iterator_->key().ToStringView(); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }
  void next() override {
    CHECK(valid());
    if (reverse_) {
      iterator_->Prev();
    } else {
      iterator_->Next();
    }
    check_status();
  }

 private:
  void check_status() const {
    if (iterator_->Valid()) return;
    if (const auto status = iterator_->status(); !status.ok()) database_.fail_read(status);
  }

  const Database& database_;
  const std::string from_;
  const std::string to_;
  const bool reverse_;
  rocksdb::Slice from_slice_;
  rocksdb::Slice to_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksSnapshot : public Snapshot {
 public:
  explicit RocksSnapshot(std::shared_ptr<const Database> database) : database_(std::move(database)) {
    read_.snapshot = database_->db->GetSnapshot();
    sequence_ = database_->applied(read_);
  }
  ~RocksSnapshot() override { database_->db->ReleaseSnapshot(read_.snapshot); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  std::uint64_t sequence() const override { return sequence_; }
  std::optional<std::string> get(std::string_view key) const override { return database_->get(read_, key); }
  std::unique_ptr<Scan> scan(const Range& range) const override {
    return std::make_unique<RocksScan>(*database_, read_, range);
  }

 private:
  std::shared_ptr<const Database> database_;
  rocksdb::ReadOptions read_;
  std::uint64_t sequence_ = 0;
};

class RocksStore : public Store {
  struct Placed {
    const WriteSet::value_type* write;
    std::uint64_t sequence;
  };

 public:
  explicit RocksStore(std::shared_ptr<Database> database)
      : database_(std::move(database)), applied_(database_->applied({})), latest_(*database_) {
    write_.disableWAL = true;
  }

  std::uint64_t applied() const override { return applied_.load(std::memory_order_acquire); }

  using Store::apply;
  void apply(std::span<const EntryWrites> entries) override {
    auto last = applied_.load(std::memory_order_relaxed);
    for (const auto& entry : entries) {
      CHECK(entry.sequence == last + 1, "entry {} does not follow {}", entry.sequence, last);
      last = entry.sequence;
    }
    batch_.Clear();
    if (entries.size() == 1) {
      for (const auto& [key, value] : *entries.front().writes) add(key, value);
    } else {
      add_newest(entries);
    }
    std::string position;
    put_u64_be(position, last);
    add(applied_key, position);
    if (const auto written = database_->db->Write(write_, &batch_); !written.ok()) fail_write(written);
    publish(last);
  }

  const Reader& latest() const override { return latest_; }

  std::shared_ptr<const Snapshot> snapshot() const override {
    const std::lock_guard lock(mutex_);
    if (auto shared = shared_snapshot_.lock()) return shared;
    auto made = std::make_shared<const RocksSnapshot>(database_);
    shared_snapshot_ = made;
    return made;
  }

  Status flush() override {
    const auto status = database_->db->Flush(rocksdb::FlushOptions());
    if (!status.ok()) database_->failure->fail(status);
    return health();
  }

  Status health() const override { return database_->failure->health(); }

 private:
  class Latest : public Reader {
   public:
    explicit Latest(const Database& database) : database_(database) {}
    std::optional<std::string> get(std::string_view key) const override { return database_.get(read_, key); }
    std::unique_ptr<Scan> scan(const Range& range) const override {
      return std::make_unique<RocksScan>(database_, read_, range);
    }

   private:
    const Database& database_;
    const rocksdb::ReadOptions read_;
  };

  void add(std::string_view key, const std::optional<std::string>& value) {
    const auto status = value ? batch_.Put(slice(key), slice(*value)) : batch_.Delete(slice(key));
    CHECK(status.ok(), "{}", status.ToString());
  }

  // Of each key the last entry's write, in the order of the keys: what is hot is written once, and RocksDB finds a
  // key's place sooner next to the one before it.
  void add_newest(std::span<const EntryWrites> entries) {
    newest_.clear();
    for (const auto& entry : entries) {
      for (const auto& write : *entry.writes) newest_.push_back({&write, entry.sequence});
    }
    std::ranges::sort(newest_, [](const Placed& a, const Placed& b) {
      const int order = a.write->first.compare(b.write->first);
      return order != 0 ? order < 0 : a.sequence > b.sequence;
    });
    const std::string* last = nullptr;
    for (const auto& [write, sequence] : newest_) {
      if (last == nullptr || *last != write->first) add(write->first, write->second);
      last = &write->first;
    }
  }

  // The entry was answered and its overlay will go: whoever went on would decide upon state that lacks it.
  [[noreturn]] void fail_write(const rocksdb::Status& status) {
    database_->failure->fail(status);
    CHECK(false, "{}", health().error().message());
    std::unreachable();
  }

  void publish(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    applied_.store(sequence, std::memory_order_release);
    shared_snapshot_.reset();
  }

  std::shared_ptr<Database> database_;
  std::atomic<std::uint64_t> applied_;
  Latest latest_;
  rocksdb::WriteOptions write_;
  rocksdb::WriteBatch batch_;
  std::vector<Placed> newest_;  // scratch
  // All who ask between two entries share one snapshot.
  mutable std::mutex mutex_;
  mutable std::weak_ptr<const Snapshot> shared_snapshot_;
};

// Compares the state's format with the wanted one, writing it into an empty state. Corruption if they differ.
rocksdb::Status settle_format(rocksdb::DB& db, std::uint32_t wanted) {
  std::string expected;
  put_u32_be(expected, wanted);
  std::string found;
  const auto status = db.Get({}, slice(format_key), &found);
  if (status.ok()) return found == expected ? status : rocksdb::Status::Corruption("another state format");
  if (!status.IsNotFound()) return status;
  const std::unique_ptr<rocksdb::Iterator> first(db.NewIterator({}));
  first->SeekToFirst();
  if (!first->status().ok()) return first->status();
  if (first->Valid()) return rocksdb::Status::Corruption("rows without a state format");
  rocksdb::WriteOptions write;
  write.disableWAL = true;
  return db.Put(write, slice(format_key), slice(expected));
}

rocksdb::Status open_database(const RocksStoreOptions& options, Database& database) {
  auto rocks = make_rocks_options(options.store);
  rocks.listeners.push_back(database.failure);
  if (options.env) rocks.env = options.env;
  rocksdb::DB* db = nullptr;
  if (const auto status = rocksdb::DB::Open(rocks, database.directory, &db); !status.ok()) return status;
  database.db.reset(db);
  const auto status = settle_format(*db, options.state_format);
  if (!status.ok()) database.db.reset();
  return status;
}

// Removes RocksDB's files and the mark of damage, and nothing else that may lie in the directory.
rocksdb::Status remove_database(const RocksStoreOptions& options) {
  auto rocks = make_rocks_options(options.store);
  if (options.env) rocks.env = options.env;
  auto status = rocksdb::DestroyDB(options.store.directory, rocks);
  std::error_code error;
  if (status.ok()) std::filesystem::create_directories(options.store.directory, error);
  if (status.ok()) clear_damage_mark(options.store.directory);
  return status;
}

// True if another store has the directory, in this process or in another one.
bool is_locked(const RocksStoreOptions& options) {
  auto* env = options.env ? options.env : rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  if (!env->LockFile(options.store.directory + "/LOCK", &lock).ok()) return true;
  return !env->UnlockFile(lock).ok();
}

Error open_error(const RocksStoreOptions& options, const rocksdb::Status& status) {
  auto error = to_error(status, options.store.directory);
  if (error.reason() != "disk_failed" || !is_locked(options)) return error;
  return failed_precondition(
      "data_directory_locked",
      fmt::format("Another florin process uses the state in {}. Stop that process, or give this one a data "
                  "directory of its own.",
                  options.store.directory));
}

}  // namespace

Result<OpenedStore> open_rocks_store(const RocksStoreOptions& options) {
  const auto& directory = options.store.directory;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error == std::errc::no_space_on_device) return to_error(rocksdb::Status::NoSpace(), directory);
  if (::access(directory.c_str(), W_OK) != 0) return to_error(rocksdb::Status::IOError(), directory);

  const auto database = std::make_shared<Database>(directory, std::make_shared<FailureListener>(directory));
  auto status =
      is_marked_damaged(directory) ? rocksdb::Status::Corruption("marked") : open_database(options, *database);
  const bool rebuilt = is_damage(status);
  if (rebuilt) {
    status = remove_database(options);
    if (status.ok()) status = open_database(options, *database);
  }
  if (!status.ok()) return open_error(options, status);
  return OpenedStore{std::make_unique<RocksStore>(database), rebuilt};
}

}  // namespace florin::store
