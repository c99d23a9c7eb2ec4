// Inquiries: asking again and again, with growing waits, what became of an attempt or operation whose outcome is open.
// One chain of timers for each; it ends when the outcome is known, never before.
#pragma once

#include <string_view>

#include "engine/registry.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

inline constexpr std::string_view inquiry_timer = "payments.inquiry";

// Starts the chain for an attempt or operation of `payment_id`.
void start_inquiries(engine::Work& work, std::string_view payment_id, std::string_view about_id);

// Asks at once, outside the chain: after a webhook, or when the shopper comes back.
void inquire_now(engine::Work& work, std::string_view payment_id, std::string_view about_id);

void on_inquiry_timer(engine::Work& work, const engine::Timer& timer);

inline constexpr std::string_view doubt_timer = "payments.doubt";

// The provider was asked about an attempt and gave no clear answer. If the attempt counts as lost, it was asked because
// a webhook said that money was taken: asks again until there is an answer, for no chain of inquiries does.
void keep_doubt(engine::Work& work, const PaymentRow& row, std::string_view attempt_id);

void on_doubt_timer(engine::Work& work, const engine::Timer& timer);

}  // namespace florin::payments
