// Records: the facts a vault keeps. Their bytes exist only sealed (generation.h). A card's code is in none of them: it
// never touches a disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "vault/card.h"

namespace florin::vault {

struct TokenCreated {
  Timestamp at{};
  std::string token{};
  Card card{};  // without its code
};

struct TokenClaimed {
  Timestamp at{};
  std::string token{};
  std::string tenant_id{};
  std::string claimant{};
};

using Record = std::variant<TokenCreated, TokenClaimed>;

// The record's bytes: its number, then its fields, integers big-endian, texts after a two-byte length.
std::string encode(const Record& record);
// Nothing for bytes that are no record.
std::optional<Record> decode(std::string_view bytes);

}  // namespace florin::vault
