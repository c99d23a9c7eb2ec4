#include "sandbox_psp/test_cards.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "cards/card_number.h"
#include "sandbox_psp/scenario.h"

namespace florin::sandbox_psp {
namespace {

struct NumberRow {
  std::string_view number;
  std::string_view token;
};

constexpr std::array numbers = {
    NumberRow{"4242424242424242", "tok_success"},
    NumberRow{"4000056655665556", "tok_success"},
    NumberRow{"5555555555554444", "tok_success"},
    NumberRow{"2223003122003222", "tok_success"},
    NumberRow{"378282246310005", "tok_success"},
    NumberRow{"6011111111111117", "tok_success"},
    NumberRow{"30569309025904", "tok_success"},
    NumberRow{"3566002020360505", "tok_success"},
    NumberRow{"6200000000000005", "tok_success"},
    NumberRow{"4000000000000002", "tok_decline_do_not_honor"},
    NumberRow{"4000000000009995", "tok_decline_insufficient_funds"},
    NumberRow{"4000000000009987", "tok_decline_lost_card"},
    NumberRow{"4000000000000069", "tok_decline_expired_card"},
    NumberRow{"4000000000000127", "tok_decline_incorrect_cvc"},
    NumberRow{"4000000000000119", "tok_decline_processing_error"},
    NumberRow{"4000000000006975", "tok_decline_limit"},
    NumberRow{"4100000000000019", "tok_decline_fraud"},
    NumberRow{"4000000000003220", "tok_challenge"},
    NumberRow{"4000008400001629", "tok_challenge_then_decline"},
    NumberRow{"4000008260003178", "tok_challenge_fail"},
    NumberRow{"4000000000100000", "tok_decline_try_again_later"},
    NumberRow{"4000000000100109", "tok_pending"},
    NumberRow{"4000000000100117", "tok_pending_fail"},
    NumberRow{"4000000000100125", "tok_slow"},
    NumberRow{"4000000000100208", "tok_timeout_before"},
    NumberRow{"4000000000100216", "tok_timeout_after"},
    NumberRow{"4000000000100224", "tok_timeout_after_once"},
    NumberRow{"4000000000100232", "tok_error_500_before"},
    NumberRow{"4000000000100240", "tok_error_500_after"},
    NumberRow{"4000000000100307", "tok_webhook"},
    NumberRow{"4000000000100315", "tok_duplicate_webhook"},
    NumberRow{"4000000000100406", "tok_capture_fails"},
    NumberRow{"4000000000100414", "tok_void_fails"},
    NumberRow{"4000000000100422", "tok_refund_fails"},
};
static_assert(std::ranges::all_of(numbers, cards::passes_luhn, &NumberRow::number), "the vault takes no other numbers");

bool has_expired(const TestCard& card, Timestamp now) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds(now.micros)};
  const year_month_day today = floor<days>(point);
  return year(static_cast<int>(card.exp_year)) / month(card.exp_month) < today.year() / today.month();
}

}  // namespace

int find_card_scenario(const TestCard& card, Timestamp now) {
  const auto found = std::ranges::find(numbers, card.number, &NumberRow::number);
  if (found == numbers.end()) return -1;
  return find_scenario(has_expired(card, now) ? "tok_decline_expired_card" : found->token);
}

}  // namespace florin::sandbox_psp
