#include "disk/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace florin::disk {
namespace {

Error system_error(std::string_view doing, const std::string& path, int code) {
  switch (code) {
    case ENOENT:
      return not_found("file_not_found", fmt::format("There is no file {} ({}). Check the path.", path, doing));
    case EEXIST:
      return already_exists("file_exists", fmt::format("{} exists already ({}). Move it away.", path, doing));
    case ENOSPC:
    case EDQUOT:
      return {
          Code::resource_exhausted, ErrorDomain::data, "disk_full",
          fmt::format("No space is left for {} ({}). Free space on that file system or enlarge it, then start florin "
                      "again.",
                      path, doing)};
    case EMFILE:
    case ENFILE:
      return {Code::resource_exhausted, ErrorDomain::limit, "too_many_open_files",
              fmt::format("Too many files are open to {} {}. Raise the limit (ulimit -n).", doing, path)};
    case EACCES:
    case EPERM:
    case EROFS:
      return failed_precondition(
          "disk_not_writable", fmt::format("Florin may not {} {} ({}). Give its user the rights to this directory, or "
                                           "mount the file system writable.",
                                           doing, path, std::generic_category().message(code)));
    case EIO:
      return data_loss("disk_failed",
                       fmt::format("The disk failed to {} {}. Check the device and the kernel's log; florin "
                                   "decides at its next start what was stored.",
                                   doing, path));
    default:
      return internal_error("disk_error",
                            fmt::format("Could not {} {}: {}.", doing, path, std::generic_category().message(code)));
  }
}

// Calls `call` again while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  Result<std::size_t> pread(std::uint64_t offset, char* out, std::size_t size) const override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = uninterrupted(
          [&] { return ::pread(descriptor_.number(), out + done, size - done, static_cast<off_t>(offset + done)); });
      if (n < 0) return system_error("read", path_, errno);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Status pwrite(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = uninterrupted(
          [&] { return ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (n < 0) return system_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return ok();
  }

  Status write_zeros(std::uint64_t offset, std::uint64_t size) override {
    static const std::string zeros(1 << 20, '\0');
    for (const std::uint64_t end = offset + size; offset < end;) {
      const std::uint64_t step = std::min<std::uint64_t>(zeros.size(), end - offset);
      RETURN_IF_ERROR(pwrite(offset, std::string_view(zeros).substr(0, step)));
      offset += step;
    }
    return ok();
  }

  Status sync_data() override {
    if (uninterrupted([&] { return fdatasync(descriptor_.number()); }) < 0) return system_error("sync", path_, errno);
    return ok();
  }

  Status sync() override {
    if (uninterrupted([&] { return fsync(descriptor_.number()); }) < 0) return system_error("sync", path_, errno);
    return ok();
  }

  Status truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ftruncate(descriptor_.number(), static_cast<off_t>(size)); }) < 0) {
      return system_error("truncate", path_, errno);
    }
    return ok();
  }

  Result<std::uint64_t> size() const override {
    struct stat status{};
    if (fstat(descriptor_.number(), &status) < 0) return system_error("inspect", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int descriptor) : descriptor_(descriptor) {}

 private:
  Descriptor descriptor_;  // flock ends when the descriptor is closed
};

Result<int> open_descriptor(const std::string& path, int flags) {
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (descriptor < 0) return system_error("open", path, errno);
  return descriptor;
}

class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_RDWR;
    if (mode == OpenMode::read) flags = O_RDONLY;
    if (mode == OpenMode::create) flags |= O_CREAT | O_EXCL;
    if (mode == OpenMode::create_or_open) flags |= O_CREAT;
    ASSIGN_OR_RETURN(const int descriptor, open_descriptor(path, flags));
    return std::make_unique<PosixFile>(descriptor, path);
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) return system_error("rename", from, errno);
    return ok();
  }

  Status remove(const std::string& path) override {
    if (unlink(path.c_str()) < 0) return system_error("remove", path, errno);
    return ok();
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(directory.c_str()), [](DIR* d) { return closedir(d); });
    if (!stream) return system_error("list", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* found = readdir(stream.get())) {
      const std::string_view name = found->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return system_error("list", directory, errno);
    std::ranges::sort(names);
    return names;
  }

  Status make_directory(const std::string& directory) override {
    if (mkdir(directory.c_str(), 0700) == 0) return sync_directory(parent(directory));
    if (errno == ENOENT && parent(directory) != directory) {
      RETURN_IF_ERROR(make_directory(parent(directory)));
      if (mkdir(directory.c_str(), 0700) == 0) return sync_directory(parent(directory));
    }
    if (errno != EEXIST) return system_error("create", directory, errno);
    struct stat status{};
    if (stat(directory.c_str(), &status) < 0) return system_error("inspect", directory, errno);
    if (!S_ISDIR(status.st_mode)) return system_error("create", directory, EEXIST);
    return ok();
  }

  Status sync_directory(const std::string& directory) override {
    ASSIGN_OR_RETURN(const int number, open_descriptor(directory, O_RDONLY | O_DIRECTORY));
    const Descriptor descriptor(number);
    if (uninterrupted([&] { return fsync(number); }) < 0) return system_error("sync", directory, errno);
    return ok();
  }

  Result<bool> exists(const std::string& path) override {
    struct stat status{};
    if (stat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error("inspect", path, errno);
  }

  Result<std::unique_ptr<FileLock>> lock_file(const std::string& path) override {
    ASSIGN_OR_RETURN(const int descriptor, open_descriptor(path, O_RDWR | O_CREAT));
    auto lock = std::make_unique<PosixLock>(descriptor);
    if (uninterrupted([&] { return flock(descriptor, LOCK_EX | LOCK_NB); }) < 0) {
      if (errno == EWOULDBLOCK) return data_directory_locked(path);
      return system_error("lock", path, errno);
    }
    return Result<std::unique_ptr<FileLock>>(std::move(lock));
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs status{};
    if (uninterrupted([&] { return statvfs(path.c_str(), &status); }) < 0) return system_error("inspect", path, errno);
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }
};

}  // namespace

Disk& posix_disk() {
  static PosixDisk disk;
  return disk;
}

}  // namespace florin::disk
