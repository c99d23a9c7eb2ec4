// Tokens of cards in the vault, told from other payment methods by their beginning.
#pragma once

#include <string_view>

namespace florin::cards {

inline constexpr std::string_view token_prefix = "tok_card_";

constexpr bool is_card_token(std::string_view token) {
  return token.starts_with(token_prefix);
}

}  // namespace florin::cards
