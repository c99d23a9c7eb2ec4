// Asking the provider: each of these records an effect in the work. The effect's payload is a connectors.v1.PspRequest,
// its reply a connectors.v1.PspReply; the outcome comes back to outcomes.h.
#pragma once

#include <string_view>

#include "engine/work.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

inline constexpr std::string_view psp_effect = "payments.psp";

// `attempt` and `operation` are indexes in the row.
void ask_to_authorize(engine::Work& work, const Settings& settings, const PaymentRow& row, int attempt);
void ask_for_operation(engine::Work& work, const PaymentRow& row, int operation);
void ask_about_attempt(engine::Work& work, const PaymentRow& row, int attempt);
void ask_about_operation(engine::Work& work, const PaymentRow& row, int operation);

// Where the provider sends the shopper after a challenge: this platform, which then learns the outcome and sends them
// on.
std::string shopper_return_url(const Settings& settings, std::string_view payment_id);

}  // namespace florin::payments
