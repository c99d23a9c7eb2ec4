#include "disk/memory_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace florin::disk {
namespace {

constexpr std::uint64_t sector_bytes = 512;

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % bound;
  }

 private:
  std::uint64_t state_;
};

// A write, or a truncation to `offset`.
struct Change {
  bool truncation = false;
  std::uint64_t offset = 0;
  std::string bytes;
};

struct Inode {
  std::string seen;    // what readers get
  std::string stored;  // what survives a crash
  std::vector<Change> unsynced;
};

void write_into(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

void apply_change(std::string& content, const Change& change) {
  if (change.truncation) {
    content.resize(change.offset);
  } else {
    write_into(content, change.offset, change.bytes);
  }
}

// What the disk makes of a change that was not synced.
void apply_by_chance(std::string& content, const Change& change, Chance& chance) {
  const std::uint64_t fate = chance.below(4);
  if (fate == 0) return;
  if (fate == 1 || change.truncation) return apply_change(content, change);
  const std::uint64_t end = change.offset + change.bytes.size();
  const std::uint64_t stop = fate == 2 ? change.offset + chance.below(change.bytes.size() + 1) : end;
  for (std::uint64_t at = change.offset; at < stop;) {
    const std::uint64_t next = std::min(end, (at / sector_bytes + 1) * sector_bytes);
    if (fate == 2 || chance.below(2) == 0) {
      write_into(content, at, std::string_view(change.bytes).substr(at - change.offset, next - at));
    }
    at = next;
  }
}

// A name that was given to an inode, or taken away.
struct NameChange {
  std::string path;
  std::shared_ptr<Inode> inode;
  std::string removed;  // a rename takes this name away in the same step
};

using Names = std::map<std::string, std::shared_ptr<Inode>>;

void apply_name(Names& names, const NameChange& change) {
  if (change.inode) {
    names[change.path] = change.inode;
  } else {
    names.erase(change.path);
  }
  if (!change.removed.empty()) names.erase(change.removed);
}

Error failed(std::string_view doing, const std::string& path) {
  return data_loss("disk_failed", fmt::format("The memory disk failed to {} {}.", doing, path));
}

Error missing(const std::string& path) {
  return not_found("file_not_found", fmt::format("There is no file {}.", path));
}

// Counts down to a fault; true when it strikes.
bool strikes(std::uint64_t& countdown) {
  return countdown > 0 && --countdown == 0;
}

}  // namespace

struct MemoryDisk::State {
  explicit State(std::uint64_t seed) : chance(seed) {}

  // Counts a change; false if the power is gone or goes with it.
  bool change() {
    if (dark) return false;
    ++changes;
    if (strikes(power_loss_in)) dark = true;
    return !dark;
  }

  std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const auto& [path, inode] : names) sum += inode->seen.size();
    return sum;
  }

  void rename_entry(NameChange name_change) {
    apply_name(names, name_change);
    unsynced_names.push_back(std::move(name_change));
  }

  Status pwrite(const std::string& path, Inode& inode, std::uint64_t offset, std::string_view bytes);
  Status sync(const std::string& path, Inode& inode);

  mutable std::mutex mutex;
  Chance chance;
  Names names;
  Names stored_names;
  std::vector<NameChange> unsynced_names;
  std::set<std::string> directories;
  std::set<std::string> locks;
  std::uint64_t generation = 0;  // of the files; a crash starts the next one
  std::uint64_t changes = 0;
  bool dark = false;
  std::uint64_t power_loss_in = 0;
  std::uint64_t failed_sync_in = 0;
  std::uint64_t cut_write_in = 0;
  std::uint64_t capacity = UINT64_MAX;
  std::function<void(const std::string&)> sync_hook;
};

Status MemoryDisk::State::pwrite(const std::string& path, Inode& inode, std::uint64_t offset, std::string_view bytes) {
  const bool was_dark = dark;
  const bool powered = change();
  if (was_dark) return failed("write", path);
  const bool cut = strikes(cut_write_in) || !powered;
  std::string_view fits = bytes;
  if (cut) fits = bytes.substr(0, chance.below(bytes.size() + 1));

  bool full = false;
  const std::uint64_t end = offset + fits.size();
  const std::uint64_t growth = end > inode.seen.size() ? end - inode.seen.size() : 0;
  if (const std::uint64_t in_use = used(); growth > 0 && in_use + growth > capacity) {
    const std::uint64_t excess = in_use + growth - std::max(capacity, in_use);
    fits = fits.substr(0, fits.size() - std::min<std::uint64_t>(fits.size(), excess));
    full = true;
  }
  if (!fits.empty()) {
    write_into(inode.seen, offset, fits);
    // What the disk may get later are whole sectors as they are seen now.
    const std::uint64_t first = offset / sector_bytes * sector_bytes;
    const std::uint64_t last = (offset + fits.size() + sector_bytes - 1) / sector_bytes * sector_bytes;
    inode.unsynced.push_back({.truncation = false, .offset = first, .bytes = inode.seen.substr(first, last - first)});
  }
  if (cut) return failed("write", path);
  if (full) {
    return Error(Code::resource_exhausted, ErrorDomain::data, "disk_full",
                 fmt::format("No space is left for {}. Free space, then start florin again.", path));
  }
  return ok();
}

Status MemoryDisk::State::sync(const std::string& path, Inode& inode) {
  const bool failing = strikes(failed_sync_in);
  if (!change()) return failed("sync", path);
  for (const Change& unsynced : inode.unsynced) {
    if (failing) {
      apply_by_chance(inode.stored, unsynced, chance);
    } else {
      apply_change(inode.stored, unsynced);
    }
  }
  inode.unsynced.clear();
  if (failing) return failed("sync", path);
  return ok();
}

namespace {

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<MemoryDisk::State> state, std::shared_ptr<Inode> inode, std::string path)
      : state_(std::move(state)), inode_(std::move(inode)), path_(std::move(path)), generation_(state_->generation) {}

  Result<std::size_t> pread(std::uint64_t offset, char* out, std::size_t size) const override {
    const std::lock_guard lock(state_->mutex);
    if (gone()) return failed("read", path_);
    if (offset >= inode_->seen.size()) return std::size_t{0};
    return inode_->seen.copy(out, size, offset);
  }

  Status pwrite(std::uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(state_->mutex);
    if (gone()) return failed("write", path_);
    return state_->pwrite(path_, *inode_, offset, bytes);
  }

  Status write_zeros(std::uint64_t offset, std::uint64_t size) override {
    return pwrite(offset, std::string(size, '\0'));
  }

  Status sync_data() override { return sync(); }

  Status sync() override {
    std::function<void(const std::string&)> hook;
    {
      const std::lock_guard lock(state_->mutex);
      hook = state_->sync_hook;
    }
    if (hook) hook(path_);
    const std::lock_guard lock(state_->mutex);
    if (gone()) return failed("sync", path_);
    return state_->sync(path_, *inode_);
  }

  Status truncate(std::uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    if (gone() || !state_->change()) return failed("truncate", path_);
    inode_->unsynced.push_back({.truncation = true, .offset = size, .bytes = {}});
    apply_change(inode_->seen, inode_->unsynced.back());
    return ok();
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(state_->mutex);
    if (gone()) return failed("inspect", path_);
    return std::uint64_t{inode_->seen.size()};
  }

 private:
  bool gone() const { return state_->dark || generation_ != state_->generation; }

  std::shared_ptr<MemoryDisk::State> state_;
  std::shared_ptr<Inode> inode_;
  std::string path_;
  std::uint64_t generation_;
};

class MemoryLock final : public FileLock {
 public:
  MemoryLock(std::shared_ptr<MemoryDisk::State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), generation_(state_->generation) {}
  ~MemoryLock() override {
    const std::lock_guard lock(state_->mutex);
    if (generation_ == state_->generation) state_->locks.erase(path_);
  }

 private:
  std::shared_ptr<MemoryDisk::State> state_;
  std::string path_;
  std::uint64_t generation_;
};

}  // namespace

MemoryDisk::MemoryDisk(std::uint64_t seed) : state_(std::make_shared<State>(seed)) {}
MemoryDisk::~MemoryDisk() = default;

Result<std::unique_ptr<File>> MemoryDisk::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("open", path);
  const auto found = state_->names.find(path);
  if (found != state_->names.end()) {
    if (mode == OpenMode::create) return already_exists("file_exists", fmt::format("{} exists already.", path));
    return std::make_unique<MemoryFile>(state_, found->second, path);
  }
  if (mode == OpenMode::read || mode == OpenMode::write) return missing(path);
  if (!state_->directories.contains(parent(path))) return missing(parent(path));
  if (!state_->change()) return failed("create", path);
  auto inode = std::make_shared<Inode>();
  state_->rename_entry({.path = path, .inode = inode, .removed = {}});
  return std::make_unique<MemoryFile>(state_, std::move(inode), path);
}

Status MemoryDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->names.find(from);
  if (found == state_->names.end()) return missing(from);
  if (!state_->change()) return failed("rename", from);
  state_->rename_entry({.path = to, .inode = found->second, .removed = from});
  return ok();
}

Status MemoryDisk::remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->names.contains(path)) return missing(path);
  if (!state_->change()) return failed("remove", path);
  state_->rename_entry({.path = path, .inode = nullptr, .removed = {}});
  return ok();
}

Result<std::vector<std::string>> MemoryDisk::list(const std::string& directory) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("list", directory);
  if (!state_->directories.contains(directory)) return missing(directory);
  std::vector<std::string> found;
  for (const auto& [path, inode] : state_->names) {
    if (parent(path) == directory) found.push_back(path.substr(directory.size() + 1));
  }
  return found;
}

Status MemoryDisk::make_directory(const std::string& directory) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("create", directory);
  for (std::string at = directory; at != "." && at != "/"; at = parent(at)) state_->directories.insert(at);
  return ok();
}

Status MemoryDisk::sync_directory(const std::string& directory) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->change()) return failed("sync", directory);
  std::erase_if(state_->unsynced_names, [&](const NameChange& change) {
    if (parent(change.path) != directory) return false;
    apply_name(state_->stored_names, change);
    return true;
  });
  return ok();
}

Result<bool> MemoryDisk::exists(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("inspect", path);
  return state_->names.contains(path) || state_->directories.contains(path);
}

Result<std::unique_ptr<FileLock>> MemoryDisk::lock_file(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("lock", path);
  if (!state_->locks.insert(path).second) return data_directory_locked(path);
  return std::make_unique<MemoryLock>(state_, path);
}

Result<std::uint64_t> MemoryDisk::free_bytes(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dark) return failed("inspect", path);
  return state_->capacity - std::min(state_->capacity, state_->used());
}

void MemoryDisk::crash() {
  const std::lock_guard lock(state_->mutex);
  const std::uint64_t kept = state_->chance.below(state_->unsynced_names.size() + 1);
  for (std::uint64_t i = 0; i < kept; ++i) apply_name(state_->stored_names, state_->unsynced_names[i]);
  state_->unsynced_names.clear();
  state_->names = state_->stored_names;
  for (const auto& [path, inode] : state_->names) {
    for (const Change& change : inode->unsynced) apply_by_chance(inode->stored, change, state_->chance);
    inode->unsynced.clear();
    inode->seen = inode->stored;
  }
  state_->locks.clear();
  ++state_->generation;
  state_->dark = false;
  state_->power_loss_in = state_->failed_sync_in = state_->cut_write_in = 0;
}

void MemoryDisk::lose_power_after(std::uint64_t changes) {
  const std::lock_guard lock(state_->mutex);
  state_->power_loss_in = changes;
}

void MemoryDisk::fail_sync_after(std::uint64_t syncs) {
  const std::lock_guard lock(state_->mutex);
  state_->failed_sync_in = syncs;
}

void MemoryDisk::cut_write_after(std::uint64_t writes) {
  const std::lock_guard lock(state_->mutex);
  state_->cut_write_in = writes;
}

void MemoryDisk::set_capacity(std::uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->capacity = bytes;
}

void MemoryDisk::on_sync(std::function<void(const std::string& path)> hook) {
  const std::lock_guard lock(state_->mutex);
  state_->sync_hook = std::move(hook);
}

void MemoryDisk::flip_byte(const std::string& path, std::uint64_t offset, std::uint8_t mask) {
  const std::lock_guard lock(state_->mutex);
  const std::shared_ptr<Inode> inode = state_->names.at(path);
  for (std::string* content : {&inode->seen, &inode->stored}) {
    if (offset < content->size()) (*content)[offset] = static_cast<char>((*content)[offset] ^ mask);
  }
}

void MemoryDisk::put(const std::string& path, std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  const auto inode = std::make_shared<Inode>(Inode{.seen = bytes, .stored = bytes, .unsynced = {}});
  state_->names[path] = state_->stored_names[path] = inode;
}

std::string MemoryDisk::content(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  return state_->names.at(path)->seen;
}

std::uint64_t MemoryDisk::changes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->changes;
}

}  // namespace florin::disk
