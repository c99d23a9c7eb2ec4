#include "ledger/u128.h"

#include <fmt/format.h>

#include <algorithm>

namespace florin::ledger {
namespace {

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

std::string U128::hex() const {
  return florin::hex(bytes());
}

std::optional<U128> U128::parse_hex(std::string_view text) {
  if (text.size() != 32 || !std::ranges::all_of(text, is_lower_hex)) return std::nullopt;
  return load(florin::parse_hex(text)->data());
}

std::string decimal(Uint128 value) {
  return fmt::format("{}", value);
}

std::string decimal(Int128 value) {
  return fmt::format("{}", value);
}

}  // namespace florin::ledger
