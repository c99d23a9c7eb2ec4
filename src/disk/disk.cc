#include "disk/disk.h"

#include <fmt/format.h>

namespace florin::disk {

std::string join(std::string_view directory, std::string_view name) {
  return fmt::format("{}/{}", directory, name);
}

std::string parent(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error data_directory_locked(const std::string& path) {
  return failed_precondition(
      "data_directory_locked",
      fmt::format("Another florin process uses the directory {} (it holds the lock {}). Stop that "
                  "process, or give this one a data directory of its own.",
                  parent(path), path));
}

Result<std::string> read_file(Disk& disk, const std::string& path, std::size_t bytes_max) {
  ASSIGN_OR_RETURN(const auto file, disk.open(path, OpenMode::read));
  ASSIGN_OR_RETURN(const std::uint64_t size, file->size());
  if (size > bytes_max) {
    return data_loss("file_too_long", fmt::format("{} has {} bytes, expected at most {}. It was not written by florin: "
                                                  "restore it from a backup.",
                                                  path, size, bytes_max));
  }
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file->pread(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  return bytes;
}

Status write_file_atomically(Disk& disk, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  {
    ASSIGN_OR_RETURN(const auto file, disk.open(temporary, OpenMode::create_or_open));
    RETURN_IF_ERROR(file->truncate(0));
    RETURN_IF_ERROR(file->pwrite(0, bytes));
    RETURN_IF_ERROR(file->sync());
  }
  RETURN_IF_ERROR(disk.rename(temporary, path));
  return disk.sync_directory(parent(path));
}

}  // namespace florin::disk
