#include "base/id.h"

#include "base/encoding.h"

namespace florin::detail {
namespace {

constexpr std::size_t id_bytes = 12;
constexpr std::size_t id_characters = 20;

}  // namespace

std::string format_id(std::string_view prefix, Position position) {
  std::string bytes;
  bytes.reserve(id_bytes);
  put_u64_be(bytes, position.partition_and_sequence);
  put_u32_be(bytes, position.index);
  std::string text(prefix);
  text += base32_crockford(bytes);
  return text;
}

std::optional<Position> parse_id(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.size() != id_characters) return std::nullopt;
  const auto bytes = parse_base32_crockford(text);
  if (!bytes || bytes->size() != id_bytes) return std::nullopt;
  return Position{load_u64_be(bytes->data()), load_u32_be(bytes->data() + 8)};
}

}  // namespace florin::detail
