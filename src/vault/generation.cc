#include "vault/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/seal.h"

namespace florin::vault {
namespace {

constexpr std::uint16_t frame_mark = 0xf17a;
constexpr std::size_t header_bytes = 2 + 2 + 8 + 4;
constexpr std::size_t crc_offset = 12;
constexpr std::size_t frame_bytes_max = header_bytes + UINT16_MAX;
constexpr std::size_t key_file_bytes_max = 4096;
constexpr std::string_view name_prefix = "generation-";

std::string file_path(std::string_view directory, std::uint32_t number, std::string_view extension) {
  return disk::join(directory, fmt::format("{}{:08}.{}", name_prefix, number, extension));
}

// The size of the frame at the start of `bytes`, whose mark, size and CRC are right; 0 if there is none.
std::size_t whole_frame(std::string_view bytes) {
  if (bytes.size() < header_bytes || load_u16_be(bytes.data()) != frame_mark) return 0;
  const std::size_t size = header_bytes + load_u16_be(bytes.data() + 2);
  if (size > bytes.size()) return 0;
  const std::uint32_t crc =
      crc32c(bytes.substr(header_bytes, size - header_bytes), crc32c(bytes.substr(0, crc_offset)));
  return load_u32_be(bytes.data() + crc_offset) == crc ? size : 0;
}

std::uint64_t durable_size(std::string_view frame) {
  return load_u64_be(frame.data() + 4);
}

std::string wrap_context(std::uint32_t number) {
  return fmt::format("florin vault data key {}", number);
}

}  // namespace

Result<std::unique_ptr<Generation>> Generation::create(disk::Disk& disk, const std::string& directory,
                                                       std::uint32_t number, const KeyFile& keys, Random& random) {
  std::unique_ptr<Generation> made(new Generation(directory, number));
  made->random_ = &random;
  made->data_key_ = random.bytes(crypto::seal_key_bytes);
  RETURN_IF_ERROR(made->rewrap(disk, keys, random));
  ASSIGN_OR_RETURN(made->file_, disk.open(made->path("log"), disk::OpenMode::create));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  return made;
}

Result<std::unique_ptr<Generation>> Generation::open(disk::Disk& disk, const std::string& directory,
                                                     std::uint32_t number, const KeyFile& keys, Random& random,
                                                     const Take& take) {
  std::unique_ptr<Generation> opened(new Generation(directory, number));
  opened->random_ = &random;
  RETURN_IF_ERROR(opened->unwrap(disk, keys));
  // A key without a log is a generation that was just being made.
  ASSIGN_OR_RETURN(opened->file_, disk.open(opened->path("log"), disk::OpenMode::create_or_open));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  RETURN_IF_ERROR(opened->replay(take));
  return opened;
}

Generation::~Generation() {
  crypto::wipe(data_key_);
}

std::string Generation::path(std::string_view extension) const {
  return file_path(directory_, number_, extension);
}

Error Generation::damaged(std::uint64_t offset) const {
  return data_loss(
      "vault_generation_damaged",
      fmt::format("{} was changed after it was written, at byte {}. Restore the vault's data from a backup.",
                  path("log"), offset));
}

Status Generation::rewrap(disk::Disk& disk, const KeyFile& keys, Random& random) const {
  const nlohmann::ordered_json file = {
      {"generation", number_},
      {"key_id", key_id(keys.active())},
      {"wrapped_key", base64(crypto::seal(keys.active(), wrap_context(number_), data_key_, random))}};
  return disk::write_file_atomically(disk, path("key"), file.dump() + "\n");
}

Status Generation::unwrap(disk::Disk& disk, const KeyFile& keys) {
  ASSIGN_OR_RETURN(const std::string text, disk::read_file(disk, path("key"), key_file_bytes_max));
  const auto file = nlohmann::json::parse(text, nullptr, false);
  const auto field = [&](const char* name) {
    return file.is_object() && file.contains(name) && file[name].is_string() ? file[name].get<std::string>()
                                                                             : std::string();
  };
  const Error broken = data_loss("vault_generation_damaged",
                                 fmt::format("{} is damaged. Restore the vault's data from a backup.", path("key")));
  const auto wrapped = parse_base64(field("wrapped_key"));
  if (!wrapped || field("key_id").empty()) return broken;
  const std::string* key = keys.find(field("key_id"));
  if (key == nullptr) {
    return failed_precondition("vault_key_missing",
                               fmt::format("{} does not hold the key {} that these cards were stored under. Give the "
                                           "vault the key file that belongs to its data.",
                                           keys.path(), field("key_id")));
  }
  auto opened = crypto::open_seal(*key, wrap_context(number_), *wrapped);
  if (!opened.ok() || opened->size() != crypto::seal_key_bytes) return broken;
  data_key_ = std::move(*opened);
  return ok();
}

std::string Generation::context(std::uint64_t offset, std::uint64_t durable) const {
  std::string bound = "florin vault record";
  put_u32_be(bound, number_);
  put_u64_be(bound, offset);
  put_u64_be(bound, durable);
  return bound;
}

std::string Generation::make_frame(const Record& record, std::uint64_t offset) const {
  std::string plain = encode(record);
  const std::string sealed = crypto::seal(data_key_, context(offset, end_), plain, *random_);
  crypto::wipe(plain);
  CHECK(sealed.size() <= UINT16_MAX);
  std::string frame;
  put_u16_be(frame, frame_mark);
  put_u16_be(frame, static_cast<std::uint16_t>(sealed.size()));
  put_u64_be(frame, end_);
  put_u32_be(frame, crc32c(sealed, crc32c(frame)));
  return frame += sealed;
}

Result<std::vector<Place>> Generation::append(std::span<const Record> records) {
  std::string frames;
  std::vector<Place> places;
  for (const Record& record : records) {
    const std::uint64_t offset = end_ + frames.size();
    const std::string frame = make_frame(record, offset);
    places.push_back({offset, static_cast<std::uint32_t>(frame.size())});
    frames += frame;
  }
  RETURN_IF_ERROR(file_->pwrite(end_, frames));
  RETURN_IF_ERROR(file_->sync_data());
  end_ += frames.size();
  records_ += records.size();
  return places;
}

Result<std::string> Generation::read_bytes(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->pread(offset, bytes.data(), size));
  bytes.resize(got);
  return bytes;
}

Result<Record> Generation::open_frame(std::string_view frame, std::uint64_t offset) const {
  auto plain = crypto::open_seal(data_key_, context(offset, durable_size(frame)), frame.substr(header_bytes));
  if (!plain.ok()) return damaged(offset);
  auto record = decode(*plain);
  crypto::wipe(*plain);
  if (!record) return damaged(offset);
  return std::move(*record);
}

Result<Record> Generation::read(Place place) const {
  ASSIGN_OR_RETURN(const std::string frame, read_bytes(place.offset, place.size));
  if (whole_frame(frame) != place.size) return damaged(place.offset);
  return open_frame(frame, place.offset);
}

Status Generation::replay(const Take& take) {
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->size());
  while (end_ < size) {
    ASSIGN_OR_RETURN(const std::string bytes, read_bytes(end_, frame_bytes_max));
    const std::size_t frame_size = whole_frame(bytes);
    if (frame_size == 0) break;
    ASSIGN_OR_RETURN(Record record, open_frame(std::string_view(bytes).substr(0, frame_size), end_));
    take(std::move(record), {end_, static_cast<std::uint32_t>(frame_size)});
    end_ += frame_size;
    ++records_;
  }
  return end_ < size ? cut_torn_end(size) : ok();
}

Status Generation::cut_torn_end(std::uint64_t size) {
  ASSIGN_OR_RETURN(const bool needed, later_frame_needs(end_, size));
  if (needed) return damaged(end_);
  RETURN_IF_ERROR(file_->truncate(end_));
  return file_->sync();
}

// Whether a frame behind `offset` was written when what lies at `offset` was durable already.
Result<bool> Generation::later_frame_needs(std::uint64_t offset, std::uint64_t size) const {
  constexpr std::size_t window = 16 * frame_bytes_max;
  for (std::uint64_t from = offset; from < size; from += window - frame_bytes_max) {
    ASSIGN_OR_RETURN(const std::string bytes, read_bytes(from, window));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::string_view rest = std::string_view(bytes).substr(i);
      const std::size_t frame_size = whole_frame(rest);
      if (frame_size == 0) continue;
      const std::string_view frame = rest.substr(0, frame_size);
      if (durable_size(frame) > offset && open_frame(frame, from + i).ok()) return true;
    }
  }
  return false;
}

Result<std::vector<std::uint32_t>> list_generations(disk::Disk& disk, const std::string& directory) {
  std::vector<std::uint32_t> keys;
  std::vector<std::uint32_t> logs;
  ASSIGN_OR_RETURN(const auto names, disk.list(directory));
  for (const std::string& name : names) {
    if (!name.starts_with(name_prefix)) continue;
    std::uint32_t number = 0;
    const char* end = name.data() + name.size();
    const auto [last, error] = std::from_chars(name.data() + name_prefix.size(), end, number);
    if (error != std::errc()) continue;
    const std::string_view extension(last, static_cast<std::size_t>(end - last));
    if (extension == ".key") keys.push_back(number);
    if (extension == ".log") logs.push_back(number);
  }
  for (const std::uint32_t number : logs) {
    if (std::ranges::find(keys, number) != keys.end()) continue;
    return data_loss("vault_generation_damaged",
                     fmt::format("{} has lost its key. Restore {} from a backup.", file_path(directory, number, "log"),
                                 file_path(directory, number, "key")));
  }
  std::ranges::sort(keys);
  return keys;
}

Status remove_generation(disk::Disk& disk, const std::string& directory, std::uint32_t number) {
  RETURN_IF_ERROR(disk.remove(file_path(directory, number, "log")));
  RETURN_IF_ERROR(disk.sync_directory(directory));
  RETURN_IF_ERROR(disk.remove(file_path(directory, number, "key")));
  return disk.sync_directory(directory);
}

}  // namespace florin::vault
