#include "vault/card.h"

#include <algorithm>
#include <chrono>

#include "cards/find.h"
#include "crypto/seal.h"
#include "vault/fields.h"
#include "vault/limits.h"

namespace florin::vault {
namespace {

constexpr std::uint32_t years_ahead_max = 50;

std::chrono::year_month_day date_of(Timestamp time) {
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(time.micros)};
  return std::chrono::floor<std::chrono::days>(point);
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, cards::is_digit);
}

// Names go into bodies of any kind (JSON, forms, XML): what has a meaning in one of them is no part of a name.
bool is_name(std::string_view text) {
  return text.size() <= name_bytes_max && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f || std::string_view("\"\\<>{}&=%+;").contains(c);
         });
}

std::string without_separators(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' ' && c != '-'; });
  return digits;
}

// What is wrong with a number, or nullptr.
const char* broken_number(std::string_view digits) {
  if (digits.empty()) return "is required";
  if (!all_digits(digits)) return "must be the digits of a card number";
  const auto brand = cards::brand_of(digits);
  if (!brand) return "must be the number of a card that can be used here";
  if (!cards::has_length(*brand, digits.size())) return "must have as many digits as the card";
  return cards::passes_luhn(digits) ? nullptr : "must be a card number; one digit is wrong";
}

}  // namespace

Card& Card::operator=(Card&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  // Copied, not moved: a short text lives inside its string, and would stay behind there.
  number = other.number;
  brand = other.brand;
  exp_month = other.exp_month;
  exp_year = other.exp_year;
  cvc = other.cvc;
  name = other.name;
  other.wipe();
  return *this;
}

void Card::wipe() {
  crypto::wipe(number);
  crypto::wipe(cvc);
  crypto::wipe(name);
}

cards::Summary Card::summary() const {
  return {.brand = std::string(cards::brand_name(brand)),
          .bin = number.substr(0, 6),
          .last_four = number.substr(number.size() - 4),
          .exp_month = exp_month,
          .exp_year = exp_year};
}

bool is_expired(std::uint32_t month, std::uint32_t year, Timestamp now) {
  using namespace std::chrono;
  // Where it is latest, the last day ends twelve hours after it has ended in Greenwich.
  const year_month_day today = date_of(now - Duration::hours(12));
  const year_month last = std::chrono::year(static_cast<int>(year)) / std::chrono::month(month);
  return last < today.year() / today.month();
}

Result<Card> read_card(std::string_view body, Timestamp now) {
  Fields fields(body);
  fields.only({"number", "exp_month", "exp_year", "cvc", "name"});
  Card card;
  std::string typed;
  fields.text("number", typed);
  fields.number("exp_month", card.exp_month);
  fields.number("exp_year", card.exp_year);
  fields.text("cvc", card.cvc);
  fields.text("name", card.name);
  card.number = without_separators(typed);
  crypto::wipe(typed);

  if (const char* rule = broken_number(card.number)) fields.fail("number", rule);
  card.brand = cards::brand_of(card.number).value_or(cards::Brand::visa);
  if (card.exp_year < 100) card.exp_year += 2000;
  const auto this_year = static_cast<std::uint32_t>(static_cast<int>(date_of(now).year()));
  if (card.exp_month < 1 || card.exp_month > 12) {
    fields.fail("exp_month", "must be a month from 1 to 12");
  } else if (card.exp_year > this_year + years_ahead_max) {
    fields.fail("exp_year", "must be the year on the card");
  } else if (is_expired(card.exp_month, card.exp_year, now)) {
    fields.fail("exp_year", "must not be in the past: the card has expired");
  }
  if (!all_digits(card.cvc) || card.cvc.size() != cards::cvc_digits(card.brand)) {
    fields.fail("cvc", cards::cvc_digits(card.brand) == 4 ? "must have four digits" : "must have three digits");
  }
  if (!is_name(card.name)) fields.fail("name", "must be a name of at most 100 bytes, without special characters");
  if (cards::holds_card_number(card.name)) fields.fail("name", "must not be a card number");
  RETURN_IF_ERROR(fields.result("card_invalid", "The card cannot be taken as it was typed."));
  return card;
}

}  // namespace florin::vault
