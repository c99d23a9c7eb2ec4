// How sessions end.
#pragma once

#include <string_view>

#include "checkout/rows.h"
#include "engine/registry.h"
#include "engine/work.h"

namespace florin::checkout {

inline constexpr std::string_view session_timer = "checkout.session_expiry";
void set_session_timer(engine::Work& work, std::string_view session_id, Timestamp due);
// The session's time is over. One whose payment is under way stays open until that is decided: follow_payment ends it.
void on_session_timer(engine::Work& work, const engine::Timer& timer);

void end_session(engine::Work& work, const SessionRow& row, v1::CheckoutSessionStatus status);

}  // namespace florin::checkout
