#include "ledger/page_token.h"

#include "base/encoding.h"

namespace florin::ledger {
namespace {

constexpr std::size_t checksum_size = sizeof(std::uint32_t);

std::uint32_t checksum(std::string_view query, std::string_view next) {
  return crc32c(next, crc32c(query));
}

}  // namespace

std::string make_page_token(std::string_view query, std::string_view next) {
  std::string bytes;
  put_u32_be(bytes, checksum(query, next));
  bytes += next;
  return base64url(bytes);
}

Result<std::string> read_page_token(std::string_view query, std::string_view token) {
  const auto bytes = parse_base64url(token);
  if (!bytes || bytes->size() < checksum_size) return page_token_invalid();
  std::string next = bytes->substr(checksum_size);
  if (load_u32_be(bytes->data()) != checksum(query, next)) return page_token_invalid();
  return next;
}

Error page_token_invalid() {
  return invalid_argument("page_token_invalid",
                          "Pass the next_page_token of the previous page unchanged, with otherwise the same request.")
      .with_violation("page_token", "must come from the previous page of the same request");
}

}  // namespace florin::ledger
