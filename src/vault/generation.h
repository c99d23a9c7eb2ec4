// Generation: one file of sealed records under a data key of its own, and beside it the file with that key, wrapped by
// a key of the key file.
//
//   generation-00000003.key   {"generation": 3, "key_id": "...", "wrapped_key": "<base64>"}
//   generation-00000003.log   frames, appended
//
// A frame is: mark (2 bytes), size of the sealed record (2), how much of the file was durable when it was written (8),
// CRC-32C of these and the sealed record (4), sealed record; integers big-endian. The seal is bound to the generation,
// the place in the file and the durable size, so that no frame can be moved, copied or put into another file.
//
// What was being written when the process died is torn, was never answered, and is cut off. It is told from damage by
// the durable sizes: a frame that cannot be read although a later one says that it was durable is damage, and so is a
// frame whose bytes are as they were written (CRC) but whose seal is broken. Damage is told, never cut off.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "disk/disk.h"
#include "vault/key_file.h"
#include "vault/record.h"

namespace florin::vault {

// Where a record lies in its generation.
struct Place {
  std::uint64_t offset = 0;  // of its frame
  std::uint32_t size = 0;    // of its frame
};

// append, rewrap: one thread at a time. read: any thread, beside those.
class Generation {
 public:
  using Take = std::function<void(Record record, Place place)>;

  // A new one, durable. Its files must not exist.
  static Result<std::unique_ptr<Generation>> create(disk::Disk& disk, const std::string& directory,
                                                    std::uint32_t number, const KeyFile& keys, Random& random);
  // Gives each record to `take`, in order. Errors: those of the disk, data_loss (vault_generation_damaged),
  // failed_precondition (vault_key_missing) where the key file has not the key that wraps this generation's.
  static Result<std::unique_ptr<Generation>> open(disk::Disk& disk, const std::string& directory, std::uint32_t number,
                                                  const KeyFile& keys, Random& random, const Take& take);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  std::uint32_t number() const { return number_; }
  std::uint64_t records() const { return records_; }

  // Appends and makes durable; the places in order. After an error nothing more may be appended.
  Result<std::vector<Place>> append(std::span<const Record> records);
  // The record at a place that append or open gave.
  Result<Record> read(Place place) const;
  // Wraps the data key by the active key.
  Status rewrap(disk::Disk& disk, const KeyFile& keys, Random& random) const;

 private:
  Generation(std::string directory, std::uint32_t number) : directory_(std::move(directory)), number_(number) {}

  Status unwrap(disk::Disk& disk, const KeyFile& keys);
  Status replay(const Take& take);
  Status cut_torn_end(std::uint64_t size);
  Result<bool> later_frame_needs(std::uint64_t offset, std::uint64_t size) const;
  Result<std::string> read_bytes(std::uint64_t offset, std::size_t size) const;
  Result<Record> open_frame(std::string_view frame, std::uint64_t offset) const;
  std::string make_frame(const Record& record, std::uint64_t offset) const;
  std::string context(std::uint64_t offset, std::uint64_t durable) const;
  Error damaged(std::uint64_t offset) const;
  std::string path(std::string_view extension) const;

  const std::string directory_;
  const std::uint32_t number_;
  Random* random_ = nullptr;
  std::string data_key_;
  std::unique_ptr<disk::File> file_;
  std::uint64_t end_ = 0;  // of the durable frames
  std::uint64_t records_ = 0;
};

// The numbers of the generations in a folder, ascending. A log without its key is data_loss (vault_generation_damaged).
Result<std::vector<std::uint32_t>> list_generations(disk::Disk& disk, const std::string& directory);

// Durably; the log goes first, so that what is left can always be read or is a key of nothing.
Status remove_generation(disk::Disk& disk, const std::string& directory, std::uint32_t number);

}  // namespace florin::vault
