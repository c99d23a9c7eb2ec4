#include "checkout/ending.h"

#include "checkout/commands.h"
#include "florin/checkout/v1/events.pb.h"
#include "payments/commands.h"

namespace florin::checkout {
namespace {

// Nobody can pay this payment any more. It waits for a method, and so can be canceled without asking anybody.
void cancel_payment(engine::Work& work, const payments::PaymentRow& payment, std::string_view reason) {
  payments::v1::CancelPaymentRequest request;
  request.set_payment_id(payment.payment().id());
  request.set_reason(std::string(reason));
  const auto canceled = payments::decide_cancel(work, request);
  CHECK(canceled.ok(), "a payment that waits for a method was not canceled: {}", canceled.error().to_string());
}

struct Giving {
  v1::CheckoutSessionStatus status;
  std::string_view reason;  // for the payment
};
constexpr Giving expiry = {v1::CHECKOUT_SESSION_STATUS_EXPIRED, "The checkout session expired."};
constexpr Giving displacement = {v1::CHECKOUT_SESSION_STATUS_CANCELED,
                                 "The payment link was paid in another checkout session."};

// Ends an open session with its payment. What is under way goes on: follow_payment looks again when it is decided.
void give_up(engine::Work& work, const SessionRow& row, const Giving& giving) {
  const auto payment = payment_row_of(work.state(), work.tenant(), row);
  if (payment && is_under_way(*payment)) return;
  end_session(work, row, giving.status);
  if (payment) cancel_payment(work, *payment, giving.reason);
}

// The session's link, if it is for single use.
std::optional<PaymentLinkRow> single_link_of(const engine::Work& work, const SessionRow& row) {
  const auto id = PaymentLinkId::parse(row.session().payment_link_id());
  auto link = id ? find_link(work.state(), work.tenant(), *id) : std::nullopt;
  if (!link || link->payment_link().use() != v1::PAYMENT_LINK_USE_SINGLE) return std::nullopt;
  return link;
}

void complete(engine::Work& work, const SessionRow& row) {
  end_session(work, row, v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  // All tries of this session may have counted as lost before, so that another session of the link is open.
  const auto link = single_link_of(work, row);
  const auto latest = link ? SessionId::parse(link->session_id()) : std::nullopt;
  const auto other = latest ? find_session(work.state(), work.tenant(), *latest) : std::nullopt;
  if (other && is_open(*other)) give_up(work, *other, displacement);
}

// The session can be paid in another way, if it can still be paid at all.
void go_on(engine::Work& work, const SessionRow& row) {
  const auto link = single_link_of(work, row);
  if (link && link->payment_link().completed_count() > 0) {
    give_up(work, row, displacement);
  } else if (is_past(row, work.now())) {
    give_up(work, row, expiry);
  }
}

}  // namespace

void set_session_timer(engine::Work& work, std::string_view session_id, Timestamp due) {
  work.set_timer({.kind = std::string(session_timer), .subject = std::string(session_id), .due = due, .payload = {}});
}

void on_session_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = SessionId::parse(timer.subject);
  const auto row = id ? find_session(work.state(), work.tenant(), *id) : std::nullopt;
  if (row && is_open(*row)) give_up(work, *row, expiry);
}

void end_session(engine::Work& work, const SessionRow& row, v1::CheckoutSessionStatus status) {
  v1::SessionEnded event;
  event.set_session_id(row.session().id());
  event.set_status(status);
  work.emit(row.session().id(), event);
}

void follow_payment(engine::Work& work, std::string_view payment_id) {
  const auto id = payments::PaymentId::parse(payment_id);
  const auto row = id ? find_session_of_payment(work.state(), *id) : std::nullopt;
  if (!row) return;
  const auto payment = payment_row_of(work.state(), work.tenant(), *row);
  CHECK(payment, "{} has a session and is not there", payment_id);
  if (is_paid(*payment)) {
    // Also where all tries had counted as lost, and one turns out to have been taken after all.
    if (row->session().status() != v1::CHECKOUT_SESSION_STATUS_COMPLETED) complete(work, *row);
    return;
  }
  if (!is_open(*row)) return;
  switch (payment->payment().status()) {
    case payments::v1::PAYMENT_STATUS_CANCELED:
    case payments::v1::PAYMENT_STATUS_EXPIRED:
      return end_session(work, *row, v1::CHECKOUT_SESSION_STATUS_CANCELED);
    case payments::v1::PAYMENT_STATUS_FAILED:
      return end_session(work, *row, v1::CHECKOUT_SESSION_STATUS_FAILED);
    default:
      go_on(work, *row);
  }
}

}  // namespace florin::checkout
