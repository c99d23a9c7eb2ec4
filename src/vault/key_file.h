// KeyFile: the key-encryption keys of a vault, in a file that lives apart from its data. They wrap the data keys of the
// generations (generation.h); without this file the vault's tokens are noise.
//
// Text: lines that begin with "#" are for people, every other line is a key, 32 bytes in base64. The first wraps; more
// than one stand there only while a rotation is under way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "disk/disk.h"

namespace florin::vault {

// Wipes its keys when it goes.
class KeyFile {
 public:
  // Errors: those of the disk (file_not_found), data_loss (vault_key_file_damaged).
  static Result<KeyFile> load(disk::Disk& disk, std::string path);
  // A new file with one new key. Durable when this returns.
  static Result<KeyFile> make(disk::Disk& disk, std::string path, Random& random);
  KeyFile(KeyFile&&) = default;
  KeyFile& operator=(KeyFile&&) = default;
  ~KeyFile();

  const std::string& path() const { return path_; }
  const std::string& active() const { return keys_.front(); }
  // The key of this id, or nothing.
  const std::string* find(std::string_view id) const;

  // Puts a new key before the others, on disk first.
  Status add_key(disk::Disk& disk, Random& random);
  // Leaves only the first, on disk first.
  Status drop_old_keys(disk::Disk& disk);

 private:
  KeyFile(std::string path, std::vector<std::string> keys) : path_(std::move(path)), keys_(std::move(keys)) {}
  Status write(disk::Disk& disk, const std::vector<std::string>& keys) const;

  std::string path_;
  std::vector<std::string> keys_;  // never empty
};

// Names a key without telling it: 16 hexadecimal digits.
std::string key_id(std::string_view key);

}  // namespace florin::vault
