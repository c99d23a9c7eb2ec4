// Inquiries: asking again and again, with growing waits, what became of an attempt or operation whose outcome is open.
// One chain of timers for each; it ends when the outcome is known, never before.
#pragma once

#include <string_view>

#include "engine/registry.h"
#include "florin/connectors/v1/psp.pb.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

inline constexpr std::string_view inquiry_timer = "payments.inquiry";

// Starts the chain for an attempt or operation of `payment_id`.
void start_inquiries(engine::Work& work, std::string_view payment_id, std::string_view about_id);

// Asks at once, outside the chain: after a webhook, or when the shopper comes back.
void inquire_now(engine::Work& work, std::string_view payment_id, std::string_view about_id);

// The provider said something of an attempt: asks about its captures, voids and refunds that count as failed where what
// was said can only be if one of them did happen.
void ask_about_contradicted(engine::Work& work, const PaymentRow& row, int attempt,
                            const connectors::v1::PspReply& reply);

void on_inquiry_timer(engine::Work& work, const engine::Timer& timer);

inline constexpr std::string_view doubt_timer = "payments.doubt";

// The provider was asked about an attempt or operation and gave no clear answer. If it counts as lost or failed, it was
// asked because something said otherwise: asks again until there is an answer, for no chain of inquiries does.
void keep_doubt(engine::Work& work, const PaymentRow& row, std::string_view about_id);

void on_doubt_timer(engine::Work& work, const engine::Timer& timer);

}  // namespace florin::payments
