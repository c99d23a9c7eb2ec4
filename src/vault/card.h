// A card as the shopper typed it, checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "cards/card_number.h"
#include "cards/summary.h"

namespace florin::vault {

// Never logged, never in an Error. Wipes its number and code when it goes.
struct Card {
  std::string number{};  // digits only
  cards::Brand brand = cards::Brand::visa;
  std::uint32_t exp_month = 0;
  std::uint32_t exp_year = 0;  // four digits
  std::string cvc{};           // empty where it has been forgotten
  std::string name{};          // as printed on the card; may be empty

  Card() = default;
  Card(Card&& other) noexcept { *this = std::move(other); }
  Card& operator=(Card&& other) noexcept;
  ~Card() { wipe(); }
  void wipe();

  cards::Summary summary() const;
};

// Reads the JSON that the card form posts: {"number", "exp_month", "exp_year", "cvc", "name"}. `number` may be spaced,
// `exp_year` may have two digits, `name` may be missing. Errors: invalid_argument (card_invalid) with a violation for
// each wrong field; nothing that was typed is ever repeated.
Result<Card> read_card(std::string_view body, Timestamp now);

// Whether a card may still be used: through the last day of its month, wherever on earth that day ends last.
bool is_expired(std::uint32_t month, std::uint32_t year, Timestamp now);

}  // namespace florin::vault
