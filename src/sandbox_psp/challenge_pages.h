// What the challenge pages say and ask, for each kind of payment method. HTML without script.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox_psp/book_rows.h"

namespace florin::sandbox_psp {

// `reference` is what the shopper writes into a transfer, or their app shows.
struct Question {
  const Payment& payment;
  const ChallengeTexts& texts;
  std::string_view reference;
};

std::string_view question_title(const Payment& payment);
// The page's content, with a form of buttons named `outcome`.
std::string question_html(const Question& question);

struct Decision {
  bool passes = false;
  Failure failure = Failure::none;
};

// What the button of this value decides; nothing if the page has no such button.
std::optional<Decision> decision_of(const Payment& payment, std::string_view outcome);

// What the shopper pays now and on two later days: equal but for one minor unit, the smallest last, exactly `amount` in
// all.
std::array<std::int64_t, 3> instalments_of(std::int64_t amount);

}  // namespace florin::sandbox_psp
