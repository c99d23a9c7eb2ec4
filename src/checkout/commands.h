// What callers may ask of the checkout domain. Each function decides inside a work, for the work's tenant, and either
// emits events or refuses without a trace. Field rules of the contracts have been checked before; these check what
// depends on state, and sums.
//
// A session has at most one payment, and a payment at most one open attempt. So whatever arrives twice, from two
// windows or after a lost answer, pays once.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "checkout/ids.h"
#include "checkout/settings.h"
#include "engine/registry.h"
#include "engine/work.h"
#include "florin/checkout/v1/checkout.pb.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/method.h"

namespace florin::checkout {

// Declares this domain's events and its timer.
void register_checkout(engine::Registry& registry);

// ---- the merchant ----

// `secret`: of make_session_secret. Errors: invalid_argument (amount_out_of_range, field_invalid for a lifetime that is
// not allowed).
Result<v1::CreateCheckoutSessionResponse> decide_create_session(engine::Work& work, const Settings& settings,
                                                                const v1::CreateCheckoutSessionRequest& request,
                                                                std::string_view secret);
// Canceling a canceled session is no error. Errors: not_found (checkout_session_not_found), failed_precondition
// (checkout_session_not_open, payment_processing).
Result<v1::CancelCheckoutSessionResponse> decide_cancel_session(engine::Work& work, const Settings& settings,
                                                                const v1::CancelCheckoutSessionRequest& request);
// `secret`: of make_link_secret. Errors: as for a session.
Result<v1::CreatePaymentLinkResponse> decide_create_link(engine::Work& work, const Settings& settings,
                                                         const v1::CreatePaymentLinkRequest& request,
                                                         std::string_view secret);
// Errors: not_found (payment_link_not_found).
Result<v1::UpdatePaymentLinkResponse> decide_update_link(engine::Work& work, const Settings& settings,
                                                         const v1::UpdatePaymentLinkRequest& request);

// ---- the shopper ----

struct OpenedLink {
  SessionId session;
  std::string secret;  // of the session
};
// A session of the link: a new one with `secret`, or the one that a link for single use already has. Errors: not_found
// (payment_link_not_found), failed_precondition (payment_link_not_active).
Result<OpenedLink> decide_open_link(engine::Work& work, PaymentLinkId link, std::string_view secret);

struct PayCommand {
  SessionId session;
  std::string token;
  const payments::VaultAnswer& vault;
};
// Makes the session's payment, or starts its next attempt. Where a payment is under way or done it starts nothing and
// is no error. Errors: not_found (checkout_session_not_found), failed_precondition (checkout_session_not_open,
// payment_method_not_offered), and those of payments::decide_create and decide_confirm.
Status decide_pay(engine::Work& work, const Settings& settings, const PayCommand& command);

// Gives up what the shopper was asked to do; nothing where nothing is asked. Errors: not_found
// (checkout_session_not_found).
Status decide_leave_action(engine::Work& work, SessionId session);

// ---- policies ----

// The payment got on: ends its session if that is decided now. Does nothing for a payment without a session.
void follow_payment(engine::Work& work, std::string_view payment_id);

}  // namespace florin::checkout
