#include "vault/key_file.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/seal.h"

namespace florin::vault {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;
constexpr std::string_view preamble =
    "# The key of a florin vault. Without it the vault's cards cannot be read: keep a copy, apart from the vault's "
    "data.\n";

Error damaged(const std::string& path) {
  return data_loss("vault_key_file_damaged",
                   fmt::format("{} does not hold keys of a vault. Restore the file from its copy.", path));
}

}  // namespace

Result<KeyFile> KeyFile::load(disk::Disk& disk, std::string path) {
  ASSIGN_OR_RETURN(std::string text, disk::read_file(disk, path, file_bytes_max));
  std::vector<std::string> keys;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty() || line.starts_with('#')) continue;
    auto key = parse_base64(line);
    if (!key || key->size() != crypto::seal_key_bytes) return damaged(path);
    keys.push_back(std::move(*key));
  }
  crypto::wipe(text);
  if (keys.empty()) return damaged(path);
  return KeyFile(std::move(path), std::move(keys));
}

Result<KeyFile> KeyFile::make(disk::Disk& disk, std::string path, Random& random) {
  RETURN_IF_ERROR(disk.make_directory(disk::parent(path)));
  KeyFile made(std::move(path), {random.bytes(crypto::seal_key_bytes)});
  RETURN_IF_ERROR(made.write(disk, made.keys_));
  return made;
}

KeyFile::~KeyFile() {
  for (std::string& key : keys_) crypto::wipe(key);
}

const std::string* KeyFile::find(std::string_view id) const {
  for (const std::string& key : keys_) {
    if (key_id(key) == id) return &key;
  }
  return nullptr;
}

Status KeyFile::add_key(disk::Disk& disk, Random& random) {
  std::vector<std::string> keys = keys_;
  keys.insert(keys.begin(), random.bytes(crypto::seal_key_bytes));
  RETURN_IF_ERROR(write(disk, keys));
  keys_ = std::move(keys);
  return ok();
}

Status KeyFile::drop_old_keys(disk::Disk& disk) {
  RETURN_IF_ERROR(write(disk, {keys_.front()}));
  keys_.resize(1);
  return ok();
}

Status KeyFile::write(disk::Disk& disk, const std::vector<std::string>& keys) const {
  std::string text(preamble);
  for (const std::string& key : keys) text += base64(key) + "\n";
  return disk::write_file_atomically(disk, path_, text);
}

std::string key_id(std::string_view key) {
  const auto digest = crypto::sha256({"florin vault key ", key});
  return hex(crypto::as_bytes(digest).substr(0, 8));
}

}  // namespace florin::vault
