// What merchants ask: sessions and links.
#include "checkout/commands.h"
#include "checkout/ending.h"
#include "checkout/limits.h"
#include "checkout/opening.h"
#include "checkout/queries.h"
#include "checkout/rows.h"
#include "checkout/terms.h"
#include "contracts/convert.h"
#include "florin/checkout/v1/events.pb.h"
#include "payments/commands.h"

namespace florin::checkout {
namespace {

Scope scope_of(const engine::Work& work, const Settings& settings) {
  return {work.state(), settings, work.tenant(), work.now()};
}

template <class Response>
Result<Response> show_session(const engine::Work& work, const Settings& settings, std::string_view id) {
  v1::GetCheckoutSessionRequest request;
  request.set_session_id(std::string(id));
  ASSIGN_OR_RETURN(auto shown, get_session(scope_of(work, settings), request));
  Response response;
  *response.mutable_session() = std::move(*shown.mutable_session());
  return response;
}

template <class Response>
Result<Response> show_link(const engine::Work& work, const Settings& settings, std::string_view id) {
  v1::GetPaymentLinkRequest request;
  request.set_payment_link_id(std::string(id));
  ASSIGN_OR_RETURN(auto shown, get_link(scope_of(work, settings), request));
  Response response;
  *response.mutable_payment_link() = std::move(*shown.mutable_payment_link());
  return response;
}

// Cancels what the shopper has begun. False while the provider has yet to let go; follow_payment ends the session then.
Result<bool> cancel_begun_payment(engine::Work& work, const SessionRow& row) {
  if (row.session().payment_id().empty()) return true;
  payments::v1::CancelPaymentRequest request;
  request.set_payment_id(row.session().payment_id());
  request.set_reason("The checkout session was canceled.");
  ASSIGN_OR_RETURN(const auto canceled, payments::decide_cancel(work, request));
  return canceled.payment().status() == payments::v1::PAYMENT_STATUS_CANCELED;
}

}  // namespace

Result<v1::CreateCheckoutSessionResponse> decide_create_session(engine::Work& work, const Settings& settings,
                                                                const v1::CreateCheckoutSessionRequest& request,
                                                                std::string_view secret) {
  const LifetimeRule rule{session_lifetime_default, session_lifetime_max};
  ASSIGN_OR_RETURN(const std::int64_t amount_minor, total_of(request.terms()));
  ASSIGN_OR_RETURN(const auto lifetime, lifetime_of(request.has_lifetime() ? &request.lifetime() : nullptr, rule));
  const SessionId id = open_session(work, {request.terms(), amount_minor, secret, {}, *lifetime});
  return show_session<v1::CreateCheckoutSessionResponse>(work, settings, id.to_string());
}

Result<v1::CancelCheckoutSessionResponse> decide_cancel_session(engine::Work& work, const Settings& settings,
                                                                const v1::CancelCheckoutSessionRequest& request) {
  ASSIGN_OR_RETURN(const SessionRow row, require_session(work.state(), work.tenant(), request.session_id()));
  if (row.session().status() != v1::CHECKOUT_SESSION_STATUS_CANCELED) {
    if (!is_open(row)) {
      return failed_precondition("checkout_session_not_open",
                                 "The session has been paid or has ended. Refund its payment if it was paid.");
    }
    ASSIGN_OR_RETURN(const bool is_done, cancel_begun_payment(work, row));
    if (is_done) end_session(work, row, v1::CHECKOUT_SESSION_STATUS_CANCELED);
  }
  return show_session<v1::CancelCheckoutSessionResponse>(work, settings, request.session_id());
}

Result<v1::CreatePaymentLinkResponse> decide_create_link(engine::Work& work, const Settings& settings,
                                                         const v1::CreatePaymentLinkRequest& request,
                                                         std::string_view secret) {
  const LifetimeRule rule{std::nullopt, link_lifetime_max};
  v1::PaymentLinkCreated event;
  ASSIGN_OR_RETURN(const std::int64_t amount_minor, total_of(request.terms()));
  ASSIGN_OR_RETURN(const auto lifetime, lifetime_of(request.has_lifetime() ? &request.lifetime() : nullptr, rule));
  event.set_payment_link_id(work.new_id<PaymentLinkTag>().to_string());
  event.set_secret(std::string(secret));
  *event.mutable_terms() = request.terms();
  event.set_amount_minor(amount_minor);
  const bool single = request.use() == v1::PAYMENT_LINK_USE_SINGLE;
  event.set_use(single ? v1::PAYMENT_LINK_USE_SINGLE : v1::PAYMENT_LINK_USE_REUSABLE);
  if (lifetime) *event.mutable_expire_time() = contracts::to_message(work.now() + *lifetime);
  work.emit(event.payment_link_id(), event);
  return show_link<v1::CreatePaymentLinkResponse>(work, settings, event.payment_link_id());
}

Result<v1::UpdatePaymentLinkResponse> decide_update_link(engine::Work& work, const Settings& settings,
                                                         const v1::UpdatePaymentLinkRequest& request) {
  ASSIGN_OR_RETURN(const PaymentLinkRow row, require_link(work.state(), work.tenant(), request.payment_link_id()));
  if (row.inactive() == request.active()) {
    v1::PaymentLinkUpdated event;
    event.set_payment_link_id(request.payment_link_id());
    event.set_active(request.active());
    work.emit(request.payment_link_id(), event);
  }
  return show_link<v1::UpdatePaymentLinkResponse>(work, settings, request.payment_link_id());
}

}  // namespace florin::checkout
