#include "journal/segments/segment_file.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <map>
#include <optional>

#include "base/encoding.h"

namespace florin::journal {
namespace {

constexpr std::string_view segment_magic = "FLORINJS";
constexpr std::string_view plain_suffix = ".seg";
constexpr std::string_view archive_suffix = ".seg.zst";
constexpr std::size_t digits = 20;

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

std::optional<SegmentName> parse_name(std::string_view name) {
  const std::string_view suffix = name.substr(std::min(name.size(), digits));
  if (suffix != plain_suffix && suffix != archive_suffix) return std::nullopt;
  SegmentName parsed{.first_sequence = 0, .archived = suffix == archive_suffix};
  const auto [end, error] = std::from_chars(name.data(), name.data() + digits, parsed.first_sequence);
  if (error != std::errc{} || end != name.data() + digits) return std::nullopt;
  return parsed;
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
  std::string out(segment_magic);
  put(out, segment_format);
  put(out, header.partition);
  put(out, std::uint32_t{0});
  put(out, header.first_sequence());
  put(out, header.before.epoch);
  put(out, header.before.time.micros);
  put(out, header.before.hash);
  put(out, header.started.micros);
  put(out, header.file_bytes);
  out.append(header.program.substr(0, program_bytes_max));
  out.resize(segment_header_bytes - 4);
  put(out, crc32c(out));
  return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes, const std::string& path) {
  if (bytes.size() < segment_header_bytes || bytes.substr(0, segment_magic.size()) != segment_magic ||
      get<std::uint32_t>(bytes, 124) != crc32c(bytes.substr(0, 124)) || get<std::uint64_t>(bytes, 16) == 0) {
    return data_loss(
        "journal_corrupt",
        fmt::format("The header of journal segment {} (offset 0) does not verify. Stop, keep a copy of the "
                    "directory, and restore this file from a replica or a backup.",
                    path));
  }
  const std::string_view program = bytes.substr(88, program_bytes_max);
  SegmentHeader header;
  header.program = program.substr(0, program.find('\0'));
  if (const auto format = get<std::uint16_t>(bytes, 8); format != segment_format) {
    return failed_precondition(
        "journal_from_newer_version",
        fmt::format("{} was written by {} in journal format {}; this version reads format {}. Start "
                    "that version, or a newer one.",
                    path, header.program, format, segment_format));
  }
  header.partition = get<Partition>(bytes, 10);
  header.before.sequence = get<std::uint64_t>(bytes, 16) - 1;
  header.before.epoch = get<std::uint64_t>(bytes, 24);
  header.before.time.micros = get<std::int64_t>(bytes, 32);
  header.before.hash = get<Hash>(bytes, 40);
  header.started.micros = get<std::int64_t>(bytes, 72);
  header.file_bytes = get<std::uint64_t>(bytes, 80);
  return header;
}

std::string segment_path(const std::string& directory, std::uint64_t first_sequence) {
  return fmt::format("{}/{:020}{}", directory, first_sequence, plain_suffix);
}

std::string archive_path(const std::string& directory, std::uint64_t first_sequence) {
  return fmt::format("{}/{:020}{}", directory, first_sequence, archive_suffix);
}

Result<std::vector<SegmentName>> list_segments(disk::Disk& disk, const std::string& directory) {
  ASSIGN_OR_RETURN(const auto names, disk.list(directory));
  std::map<std::uint64_t, bool> archived;
  for (const std::string& name : names) {
    const auto parsed = parse_name(name);
    if (!parsed) continue;
    const auto [place, is_new] = archived.emplace(parsed->first_sequence, parsed->archived);
    if (!is_new) place->second = false;
  }
  std::vector<SegmentName> segments;
  for (const auto& [first_sequence, is_archived] : archived) segments.push_back({first_sequence, is_archived});
  return segments;
}

Error journal_corrupt(const std::string& path, std::uint64_t offset, std::uint64_t sequence, std::string_view what) {
  return data_loss(
      "journal_corrupt",
      fmt::format("Journal segment {} is damaged at offset {}, where entry {} should be: {}. Florin does not go "
                  "on past it. Keep a copy of the directory, and restore this file from a replica or a backup.",
                  path, offset, sequence, what));
}

}  // namespace florin::journal
