#include "journal/segments/tail.h"

#include <algorithm>

#include "journal/entry.h"

namespace florin::journal {
namespace {

constexpr std::uint64_t sector_bytes = 512;

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// A whole record of this journal, later than `place`, at the start of `bytes`.
bool later_record(std::string_view bytes, const TailPlace& place, bool starts_write) {
  const auto header = parse_record_header(bytes);
  if (!header || header->partition != place.partition || header->entry.sequence <= place.last_sequence) return false;
  if (starts_write && header->continues_write) return false;
  return record_is_whole(*header, bytes.substr(0, header->record_bytes()));
}

bool looks_torn(std::string_view bytes, const TailPlace& place) {
  std::size_t extent = bytes.size();
  if (const auto header = parse_record_header(bytes)) {
    extent = header->record_bytes();
    if (bytes.size() < extent || bytes[extent - 1] == '\0') return true;
  } else if (bytes.size() < record_header_bytes) {
    return true;
  }
  for (std::size_t at = 0; at < extent;) {
    const std::uint64_t to_boundary = sector_bytes - (place.offset + at) % sector_bytes;
    const std::size_t share = std::min<std::size_t>(to_boundary, extent - at);
    if (all_zero(bytes.substr(at, share))) return true;
    at += share;
  }
  return false;
}

}  // namespace

Tail judge_tail(std::string_view bytes, const TailPlace& place) {
  if (bytes.empty()) return {.state = TailState::clean, .why = {}};
  if (later_record(bytes, place, false)) {
    return {.state = TailState::damaged, .why = "a whole entry stands there that does not follow the one before"};
  }
  for (std::size_t at = 8; at < bytes.size(); at += 8) {  // records start at multiples of 8
    if (later_record(bytes.substr(at), place, true)) {
      return {.state = TailState::damaged, .why = "it does not verify, but later entries do"};
    }
  }
  if (looks_torn(bytes, place)) return {.state = TailState::torn, .why = {}};
  return {.state = TailState::damaged, .why = "it does not verify, and does not look like an interrupted write"};
}

}  // namespace florin::journal
