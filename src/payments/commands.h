// What callers may ask of the payments domain. Each function decides inside a work, for the work's tenant, and either
// emits events or refuses without a trace. Field rules of the contracts have been checked before; these check what
// depends on state.
#pragma once

#include "base/result.h"
#include "engine/work.h"
#include "florin/connectors/v1/psp.pb.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/method.h"
#include "payments/settings.h"

namespace florin::payments {

// payment_method_required, no_psp_account, vault_missing and what the vault answered.
Result<v1::CreatePaymentResponse> decide_create(engine::Work& work, const Settings& settings,
                                                const v1::CreatePaymentRequest& request, const VaultAnswer& vault = {});
// payment_not_found, payment_requires_action, payment_processing, payment_not_confirmable, payment_attempts_exhausted,
// payment_method_required, no_psp_account, vault_missing and what the vault answered. The payment's own card may be
// given again, whatever the vault answers.
Result<v1::ConfirmPaymentResponse> decide_confirm(engine::Work& work, const Settings& settings,
                                                  const v1::ConfirmPaymentRequest& request,
                                                  const VaultAnswer& vault = {});
// payment_not_found, payment_not_capturable, currency_mismatch, amount_exceeds_capturable, operations_exhausted.
Result<v1::CapturePaymentResponse> decide_capture(engine::Work& work, const v1::CapturePaymentRequest& request);
// payment_not_found, payment_not_cancelable, payment_processing, payment_partially_captured. Canceling a canceled
// payment is no error.
Result<v1::CancelPaymentResponse> decide_cancel(engine::Work& work, const v1::CancelPaymentRequest& request);
// payment_not_found, payment_not_refundable, currency_mismatch, amount_exceeds_refundable, operations_exhausted.
Result<v1::RefundPaymentResponse> decide_refund(engine::Work& work, const v1::RefundPaymentRequest& request);

// The shopper came back from a challenge: asks the provider at once. payment_not_found.
Result<v1::GetPaymentResponse> decide_shopper_returned(engine::Work& work, std::string_view payment_id);

// The shopper wants to pay in another way: gives up what they were asked to do (a challenge, a transfer) by a void at
// the provider, after which another method can be tried. Nothing happens where nothing is asked, or it is being given
// up already. payment_not_found, operations_exhausted.
Status decide_leave_action(engine::Work& work, std::string_view payment_id);

// Takes in a webhook whose signature was verified. The same one again changes nothing.
struct Webhook {
  std::string connector;
  std::string psp_account;
  std::string body;
  connectors::v1::PspWebhook content;
};
Status decide_webhook(engine::Work& work, const Settings& settings, const Webhook& webhook);

// Lets `tenant` take payments over an account at a provider. Doing it again changes nothing.
struct PspAccount {
  std::string_view connector;
  std::string_view psp_account;
};
Status decide_connect_psp_account(engine::Work& work, TenantId tenant, const PspAccount& account);

}  // namespace florin::payments
