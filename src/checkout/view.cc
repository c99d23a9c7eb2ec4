// What a shopper may see of a session.
#include <algorithm>

#include "checkout/queries.h"
#include "checkout/rows.h"
#include "contracts/convert.h"
#include "payments/limits.h"
#include "payments/offers.h"
#include "tenants/tenants.h"

namespace florin::checkout {
namespace {

using common::v1::FailureCode;

// What the issuer tells about the person who holds the card is for the merchant alone: a thief must not learn that the
// card is known to be stolen, nor what looks like fraud. Both look like a decline without a reason, which therefore
// always looks the same.
bool is_without_reason(FailureCode code) {
  return code == common::v1::FAILURE_CODE_FRAUD_SUSPECTED || code == common::v1::FAILURE_CODE_LOST_OR_STOLEN ||
         code == common::v1::FAILURE_CODE_DO_NOT_HONOR;
}

// Never the message or the provider's code.
void add_failure(const common::v1::PaymentFailure& failure, v1::CheckoutPayment& shown) {
  const bool hides = is_without_reason(failure.code());
  shown.mutable_failure()->set_code(hides ? common::v1::FAILURE_CODE_DO_NOT_HONOR : failure.code());
  shown.mutable_failure()->set_actor(hides ? common::v1::FAILURE_ACTOR_SHOPPER : failure.actor());
  shown.mutable_failure()->set_retryable(hides || failure.retryable());
}

v1::CheckoutPayment payment_for_shopper(const payments::v1::Payment& payment) {
  v1::CheckoutPayment shown;
  shown.set_payment_id(payment.id());
  shown.set_status(payment.status());
  shown.set_method_kind(payment.payment_method().kind());
  if (payment.payment_method().has_card()) {
    shown.mutable_card()->set_brand(payment.payment_method().card().brand());
    shown.mutable_card()->set_last_four(payment.payment_method().card().last_four());
  }
  if (payment.status() == payments::v1::PAYMENT_STATUS_REQUIRES_ACTION) *shown.mutable_action() = payment.action();
  const bool has_failed = payment.status() == payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD ||
                          payment.status() == payments::v1::PAYMENT_STATUS_FAILED;
  if (has_failed && payment.has_last_failure()) add_failure(payment.last_failure(), shown);
  shown.set_tries_left(std::max(0, payments::attempts_max - payment.attempts_size()));
  *shown.mutable_update_time() = payment.update_time();
  return shown;
}

void add_merchant(const Scope& scope, v1::Checkout& checkout) {
  tenants::v1::GetTenantRequest request;
  request.set_tenant_id(scope.tenant.to_string());
  const auto found = tenants::get_tenant(scope.reader, scope.tenant, request);
  CHECK(found.ok(), "a session of a tenant that is not there");
  checkout.set_merchant_name(found->tenant().name());
  checkout.set_sandbox(found->tenant().environment() == tenants::v1::ENVIRONMENT_SANDBOX);
}

void add_methods(const Scope& scope, v1::Checkout& checkout) {
  const auto kinds =
      payments::offered_methods(scope.reader, scope.settings.payments, scope.tenant, checkout.amount().currency());
  for (const auto kind : kinds) {
    const bool is_card = kind == payments::v1::PAYMENT_METHOD_KIND_CARD;
    if (is_card && scope.settings.card_form_url.empty()) continue;
    v1::PaymentMethodOffer& offer = *checkout.add_methods();
    offer.set_kind(kind);
    offer.set_token(std::string(payments::token_of_kind(kind)));
  }
}

void add_times(const Scope& scope, v1::Checkout& checkout) {
  const Duration left = std::max(contracts::from_message(checkout.expire_time()) - scope.now, Duration{});
  checkout.mutable_expires_in()->set_seconds(left.to_seconds());
}

}  // namespace

Result<v1::Checkout> view_checkout(const Scope& scope, SessionId id) {
  ASSIGN_OR_RETURN(const SessionRow row, require_session(scope.reader, scope.tenant, id.to_string()));
  const v1::CheckoutSession& session = row.session();
  v1::Checkout checkout;
  checkout.set_session_id(session.id());
  checkout.set_status(session.status());
  add_merchant(scope, checkout);
  *checkout.mutable_amount() = session.amount();
  *checkout.mutable_line_items() = session.terms().line_items();
  checkout.set_description(session.terms().description());
  checkout.set_reference(session.terms().reference());
  checkout.set_success_url(session.terms().success_url());
  checkout.set_cancel_url(session.terms().cancel_url());
  checkout.set_locale(session.terms().locale());
  if (is_open(row) && !is_past(row, scope.now)) add_methods(scope, checkout);
  checkout.set_card_form_url(scope.settings.card_form_url);
  const auto payment = payment_row_of(scope.reader, scope.tenant, row);
  if (payment) *checkout.mutable_payment() = payment_for_shopper(payment->payment());
  *checkout.mutable_expire_time() = session.expire_time();
  add_times(scope, checkout);
  return checkout;
}

}  // namespace florin::checkout
