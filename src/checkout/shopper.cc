// What shoppers ask: opening a link, paying, paying otherwise.
#include <fmt/format.h>

#include <algorithm>

#include "checkout/commands.h"
#include "checkout/limits.h"
#include "checkout/opening.h"
#include "checkout/rows.h"
#include "checkout/secrets.h"
#include "florin/checkout/v1/events.pb.h"
#include "payments/commands.h"
#include "payments/offers.h"
#include "tenants/tenants.h"

namespace florin::checkout {
namespace {

Error link_not_active(v1::PaymentLinkStatus status) {
  const std::string_view why = status == v1::PAYMENT_LINK_STATUS_USED      ? "was for one payment, and that was made"
                               : status == v1::PAYMENT_LINK_STATUS_EXPIRED ? "has expired"
                                                                           : "was turned off";
  return failed_precondition("payment_link_not_active",
                             fmt::format("This link {}. Ask the shop for another one.", why));
}

// Why a session that is not open, or whose time is over, cannot be paid.
Error session_not_open(v1::CheckoutSessionStatus status) {
  std::string_view why = "has expired";
  if (status == v1::CHECKOUT_SESSION_STATUS_CANCELED) why = "was canceled";
  if (status == v1::CHECKOUT_SESSION_STATUS_FAILED) why = "has used up its tries";
  if (status == v1::CHECKOUT_SESSION_STATUS_COMPLETED) why = "was paid, and its payment has ended since";
  return failed_precondition("checkout_session_not_open",
                             fmt::format("This checkout session {}. Ask the shop for a new one.", why));
}

bool is_sandbox(const engine::Work& work) {
  tenants::v1::GetTenantRequest request;
  request.set_tenant_id(work.tenant().to_string());
  const auto found = tenants::get_tenant(work.state(), work.tenant(), request);
  CHECK(found.ok(), "a session of a tenant that is not there");
  return found->tenant().environment() == tenants::v1::ENVIRONMENT_SANDBOX;
}

// The sandbox's test tokens are no kind of method; they are good where no money moves.
Status is_offered(const engine::Work& work, const Settings& settings, const SessionRow& row, std::string_view token) {
  const auto kind = payments::kind_of_token(token);
  const auto offers =
      payments::offered_methods(work.state(), settings.payments, work.tenant(), row.session().amount().currency());
  const bool is_none = kind == payments::v1::PAYMENT_METHOD_KIND_UNSPECIFIED;
  if (is_none ? token.empty() || is_sandbox(work) : std::ranges::find(offers, kind) != offers.end()) return ok();
  return failed_precondition("payment_method_not_offered",
                             "This way to pay cannot be used for this purchase. Choose one of those that are offered.");
}

Status make_payment(engine::Work& work, const Settings& settings, const SessionRow& row, const PayCommand& command) {
  const v1::CheckoutTerms& terms = row.session().terms();
  payments::v1::CreatePaymentRequest request;
  *request.mutable_amount() = row.session().amount();
  request.mutable_payment_method()->set_token(command.token);
  request.set_capture_method(terms.capture_method());
  request.set_confirm(true);
  request.set_description(terms.description());
  request.set_statement_descriptor(terms.statement_descriptor());
  request.set_reference(terms.reference());
  request.set_return_url(page_url(settings.payments.public_base_url, row.secret()));
  *request.mutable_metadata() = terms.metadata();
  ASSIGN_OR_RETURN(const auto made, payments::decide_create(work, settings.payments, request, command.vault));
  v1::SessionPaymentMade event;
  event.set_session_id(row.session().id());
  event.set_payment_id(made.payment().id());
  work.emit(row.session().id(), event);
  return ok();
}

Status try_again(engine::Work& work, const Settings& settings, const SessionRow& row, const PayCommand& command) {
  payments::v1::ConfirmPaymentRequest request;
  request.set_payment_id(row.session().payment_id());
  request.mutable_payment_method()->set_token(command.token);
  const auto confirmed = payments::decide_confirm(work, settings.payments, request, command.vault);
  return confirmed.ok() ? ok() : Status(confirmed.error());
}

}  // namespace

Result<OpenedLink> decide_open_link(engine::Work& work, PaymentLinkId link, std::string_view secret) {
  ASSIGN_OR_RETURN(const PaymentLinkRow row, require_link(work.state(), work.tenant(), link.to_string()));
  if (const auto status = status_of(row, work.now()); status != v1::PAYMENT_LINK_STATUS_ACTIVE) {
    return link_not_active(status);
  }
  const v1::PaymentLink& terms_of = row.payment_link();
  if (terms_of.use() == v1::PAYMENT_LINK_USE_SINGLE) {
    const auto id = SessionId::parse(row.session_id());
    const auto there = id ? find_session(work.state(), work.tenant(), *id) : std::nullopt;
    if (there && is_open(*there)) return OpenedLink{*id, there->secret()};
  }
  const SessionId id = open_session(
      work, {terms_of.terms(), terms_of.amount().minor(), secret, terms_of.id(), session_lifetime_default});
  return OpenedLink{id, std::string(secret)};
}

Status decide_pay(engine::Work& work, const Settings& settings, const PayCommand& command) {
  ASSIGN_OR_RETURN(const SessionRow row, require_session(work.state(), work.tenant(), command.session.to_string()));
  const auto payment = payment_row_of(work.state(), work.tenant(), row);
  if (payment && (is_under_way(*payment) || is_paid(*payment))) return ok();
  if (!is_open(row) || is_past(row, work.now())) return session_not_open(row.session().status());
  RETURN_IF_ERROR(is_offered(work, settings, row, command.token));
  return payment ? try_again(work, settings, row, command) : make_payment(work, settings, row, command);
}

Status decide_leave_action(engine::Work& work, SessionId session) {
  ASSIGN_OR_RETURN(const SessionRow row, require_session(work.state(), work.tenant(), session.to_string()));
  if (row.session().payment_id().empty()) return ok();
  return payments::decide_leave_action(work, row.session().payment_id());
}

}  // namespace florin::checkout
