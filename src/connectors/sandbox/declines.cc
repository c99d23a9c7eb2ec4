#include "connectors/sandbox/declines.h"

namespace florin::connectors::sandbox {
namespace {

using namespace common::v1;  // the enumerators of the taxonomy are this table's whole vocabulary

constexpr DeclineRule rules[] = {
    {"authentication_failed", FAILURE_CODE_AUTHENTICATION_FAILED, FAILURE_ACTOR_SHOPPER, false,
     "The shopper did not pass the bank's check."},
    {"canceled_by_shopper", FAILURE_CODE_CANCELED_BY_SHOPPER, FAILURE_ACTOR_SHOPPER, false,
     "The shopper canceled, or left without an answer."},
    {"canceled_by_void", FAILURE_CODE_NOT_PROCESSED, FAILURE_ACTOR_MERCHANT, false,
     "The payment was canceled before it was authorized."},
    {"currency_not_supported", FAILURE_CODE_CURRENCY_NOT_SUPPORTED, FAILURE_ACTOR_MERCHANT, false,
     "The provider does not take this currency by this payment method."},
    {"declined_by_provider", FAILURE_CODE_DO_NOT_HONOR, FAILURE_ACTOR_SHOPPER, true,
     "The wallet or lender declined without a reason. The shopper can ask there or pay in another way."},
    {"do_not_honor", FAILURE_CODE_DO_NOT_HONOR, FAILURE_ACTOR_SHOPPER, true,
     "The bank declined without a reason. The shopper can ask the bank or use another card."},
    {"expired_card", FAILURE_CODE_EXPIRED_CARD, FAILURE_ACTOR_SHOPPER, false, "The card has expired."},
    {"fraud_suspected", FAILURE_CODE_FRAUD_SUSPECTED, FAILURE_ACTOR_SHOPPER, false,
     "The bank suspects fraud. Do not try this card again."},
    {"incorrect_cvc", FAILURE_CODE_INCORRECT_CVC, FAILURE_ACTOR_SHOPPER, false, "The security code is wrong."},
    {"insufficient_funds", FAILURE_CODE_INSUFFICIENT_FUNDS, FAILURE_ACTOR_SHOPPER, true,
     "The account does not hold enough. It may later."},
    {"invalid_request", FAILURE_CODE_PROVIDER_ERROR, FAILURE_ACTOR_PLATFORM, false,
     "The provider calls the request wrong. This is a fault of the connector or its settings."},
    {"limit_exceeded", FAILURE_CODE_LIMIT_EXCEEDED, FAILURE_ACTOR_SHOPPER, true,
     "The card's limit is reached. It may be lifted later."},
    {"lost_card", FAILURE_CODE_LOST_OR_STOLEN, FAILURE_ACTOR_SHOPPER, false,
     "The card was reported lost. Do not try it again."},
    {"payment_expired", FAILURE_CODE_EXPIRED, FAILURE_ACTOR_SHOPPER, true,
     "The shopper did not pay in time; nothing was charged."},
    {"payment_not_found", FAILURE_CODE_OTHER, FAILURE_ACTOR_PLATFORM, false,
     "The provider does not know this payment. The account may be another one."},
    {"processing_error", FAILURE_CODE_TRY_AGAIN_LATER, FAILURE_ACTOR_PROVIDER, true,
     "The provider failed while it handled the card. Nothing was charged; the same card may work in a moment."},
    {"processing_failed", FAILURE_CODE_NOT_PROCESSED, FAILURE_ACTOR_PROVIDER, false,
     "The provider accepted the payment and could not complete it."},
    {"refused_amount", FAILURE_CODE_LIMIT_EXCEEDED, FAILURE_ACTOR_MERCHANT, false,
     "The amount is more than what is left to capture or refund."},
    {"refused_by_issuer", FAILURE_CODE_DO_NOT_HONOR, FAILURE_ACTOR_PROVIDER, false,
     "The bank refused the capture, void or refund."},
    {"refused_state", FAILURE_CODE_NOT_PROCESSED, FAILURE_ACTOR_MERCHANT, false,
     "The payment is not in a state that allows this."},
    {"try_again_later", FAILURE_CODE_TRY_AGAIN_LATER, FAILURE_ACTOR_PROVIDER, true,
     "The bank could not answer. The same card may work in a moment."},
    {"unknown_payment_method", FAILURE_CODE_METHOD_NOT_SUPPORTED, FAILURE_ACTOR_MERCHANT, false,
     "The provider does not know this payment method. docs/sandbox.md lists the test methods."},
};
static_assert(std::ranges::is_sorted(rules, {}, &DeclineRule::psp_code));

}  // namespace

std::span<const DeclineRule> decline_rules() {
  return rules;
}

}  // namespace florin::connectors::sandbox
