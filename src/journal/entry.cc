#include "journal/entry.h"

#include <fmt/format.h>

#include <cstring>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace florin::journal {
namespace {

constexpr std::uint32_t record_magic = 0x454e4c46;  // "FLNE"
constexpr std::uint16_t flag_continues_write = 1;
constexpr std::string_view hash_tag{"florin.entry.v1\0", 16};

template <class Value>
void put(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class Value>
Value get(std::string_view bytes, std::size_t offset) {
  Value value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

Error out_of_order(std::string message) {
  return failed_precondition("journal_out_of_order", std::move(message));
}

}  // namespace

Hash entry_hash(Partition partition, const Entry& entry) {
  std::string head;
  head.reserve(128);
  head.append(hash_tag);
  put(head, partition);
  put(head, static_cast<std::uint32_t>(entry.body.size()));
  put(head, entry.sequence);
  put(head, entry.epoch);
  put(head, entry.time.micros);
  put(head, entry.previous);
  return crypto::sha256({head, entry.body});
}

void seal(Partition partition, Entry& entry) {
  entry.hash = entry_hash(partition, entry);
}

Tip tip_of(const Entry& entry) {
  return {.sequence = entry.sequence, .epoch = entry.epoch, .time = entry.time, .hash = entry.hash};
}

Status check_follows(const Tip& tip, const Entry& entry) {
  if (entry.sequence != tip.sequence + 1) {
    return out_of_order(fmt::format("Entry {} cannot follow entry {}.", entry.sequence, tip.sequence));
  }
  if (entry.previous != tip.hash) {
    return out_of_order(fmt::format("Entry {} does not carry the hash of the entry before it.", entry.sequence));
  }
  if (entry.epoch < tip.epoch) {
    return out_of_order(fmt::format("Entry {} has epoch {}, lower than {} of the entry before it.", entry.sequence,
                                    entry.epoch, tip.epoch));
  }
  if (entry.time < tip.time) {
    return out_of_order(fmt::format("Entry {} has time {}, earlier than {} of the entry before it.", entry.sequence,
                                    entry.time.to_string(), tip.time.to_string()));
  }
  if (entry.body.size() > body_bytes_max) {
    return out_of_order(fmt::format("Entry {} has {} bytes, more than the {} allowed.", entry.sequence,
                                    entry.body.size(), body_bytes_max));
  }
  return ok();
}

Status check_append(Partition partition, const Tip& tip, std::uint64_t epoch, const Entry& entry) {
  RETURN_IF_ERROR(check_follows(tip, entry));
  if (epoch == 0 || entry.epoch != epoch) {
    return out_of_order(
        fmt::format("Entry {} has epoch {}, but the lease has {}.", entry.sequence, entry.epoch, epoch));
  }
  if (entry.hash != entry_hash(partition, entry)) {
    return out_of_order(fmt::format("Entry {} is not sealed: its hash is wrong.", entry.sequence));
  }
  return ok();
}

Error position_unknown(std::uint64_t sequence, std::uint64_t last_sequence) {
  return {Code::out_of_range, ErrorDomain::data, "journal_position_unknown",
          fmt::format("The journal ends with entry {}; reading cannot start at {}. Start at 1 to {}.", last_sequence,
                      sequence, last_sequence + 1)};
}

std::size_t record_bytes(std::size_t body_bytes) {
  return (record_header_bytes + body_bytes) / 8 * 8 + 8;
}

std::size_t RecordHeader::record_bytes() const {
  return journal::record_bytes(body_bytes);
}

void append_record(std::string& out, Partition partition, const Entry& entry, bool continues_write) {
  const std::size_t start = out.size();
  const std::size_t end = start + record_bytes(entry.body.size());
  out.reserve(end);
  put(out, record_magic);
  put(out, record_format);
  put(out, static_cast<std::uint16_t>(record_header_bytes));
  put(out, continues_write ? flag_continues_write : std::uint16_t{0});
  put(out, partition);
  put(out, static_cast<std::uint32_t>(entry.body.size()));
  put(out, entry.sequence);
  put(out, entry.epoch);
  put(out, entry.time.micros);
  put(out, entry.previous);
  put(out, entry.hash);
  const std::size_t checksums = out.size();
  out.resize(start + record_header_bytes);
  out.append(entry.body);
  out.resize(end);
  out.back() = record_end_mark;

  const std::uint32_t body_crc = crc32c(std::string_view(out).substr(start + record_header_bytes));
  std::memcpy(out.data() + checksums, &body_crc, sizeof(body_crc));
  const std::uint32_t header_crc = crc32c(std::string_view(out).substr(start, checksums + 4 - start));
  std::memcpy(out.data() + checksums + 4, &header_crc, sizeof(header_crc));
}

std::optional<RecordHeader> parse_record_header(std::string_view bytes) {
  if (bytes.size() < record_header_bytes || get<std::uint32_t>(bytes, 0) != record_magic) return std::nullopt;
  if (get<std::uint32_t>(bytes, 108) != crc32c(bytes.substr(0, 108))) return std::nullopt;
  const auto flags = get<std::uint16_t>(bytes, 8);
  const auto body_bytes = get<std::uint32_t>(bytes, 12);
  if (get<std::uint16_t>(bytes, 4) != record_format || get<std::uint16_t>(bytes, 6) != record_header_bytes ||
      (flags & ~flag_continues_write) != 0 || body_bytes > body_bytes_max) {
    return std::nullopt;
  }
  RecordHeader header;
  header.continues_write = (flags & flag_continues_write) != 0;
  header.partition = get<Partition>(bytes, 10);
  header.body_bytes = body_bytes;
  header.entry.sequence = get<std::uint64_t>(bytes, 16);
  header.entry.epoch = get<std::uint64_t>(bytes, 24);
  header.entry.time.micros = get<std::int64_t>(bytes, 32);
  header.entry.previous = get<Hash>(bytes, 40);
  header.entry.hash = get<Hash>(bytes, 72);
  header.body_crc = get<std::uint32_t>(bytes, 104);
  return header;
}

bool record_is_whole(const RecordHeader& header, std::string_view record) {
  return record.size() == header.record_bytes() && crc32c(record.substr(record_header_bytes)) == header.body_crc;
}

}  // namespace florin::journal
