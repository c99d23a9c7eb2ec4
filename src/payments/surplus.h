// Surplus: money that must not be kept, because the payment was paid already or has ended, or because more was captured
// than had been authorized. It is given back at once. Where the provider fails to, it is tried again with growing waits
// (limits.h), and at last left to a person: the payment says so in its attention.
#pragma once

#include <string_view>

#include "engine/registry.h"
#include "payments/rows.h"

namespace florin::payments {

// Gives back what of this attempt (an index) is surplus. Does nothing if nothing is, or while a void or refund of it is
// under way: what becomes of that leads here again. `row` is the payment as it is now.
void give_back_surplus(engine::Work& work, const PaymentRow& row, int attempt);

// To be called when a payment has ended: does the same for all of its attempts.
void give_back_all(engine::Work& work, const PaymentRow& row);

// To be called when a void or refund of this attempt has failed: tries again later if it leaves a surplus. `row` is the
// payment as it is now.
void retry_surplus_later(engine::Work& work, const PaymentRow& row, int attempt);

inline constexpr std::string_view surplus_timer = "payments.surplus";
void on_surplus_timer(engine::Work& work, const engine::Timer& timer);

}  // namespace florin::payments
