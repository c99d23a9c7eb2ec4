#include "payments/inquiries.h"

#include <algorithm>

#include "contracts/convert.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/fold.h"
#include "payments/limits.h"
#include "payments/operations.h"
#include "payments/psp_calls.h"

namespace florin::payments {
namespace {

// When a challenge that the shopper has not finished is given up; nothing for anything else.
std::optional<Timestamp> abandoned_at(const PaymentRow& row, std::string_view about_id) {
  const auto index = attempt_index(row, about_id);
  if (!index || row.payment().attempts(*index).status() != v1::ATTEMPT_STATUS_ACTION_REQUIRED) return std::nullopt;
  return contracts::from_message(row.payment().attempts(*index).update_time()) + challenge_lifetime;
}

void set_inquiry_timer(engine::Work& work, std::string_view payment_id, std::string_view about_id,
                       std::uint32_t number) {
  v1::InquiryTimer payload;
  payload.set_about_id(std::string(about_id));
  payload.set_number(number);
  const std::size_t step = std::min<std::size_t>(number, inquiry_waits.size()) - 1;
  Timestamp due = work.now() + inquiry_waits[step];
  const auto row = find_payment(work.state(), work.tenant(), *PaymentId::parse(payment_id));
  const auto given_up = row ? abandoned_at(*row, about_id) : std::nullopt;
  if (given_up && *given_up > work.now()) due = std::min(due, *given_up);
  work.set_timer({.kind = std::string(inquiry_timer),
                  .subject = std::string(payment_id),
                  .due = due,
                  .payload = payload.SerializeAsString()});
}

// Whether the attempt or operation still has no outcome.
bool has_no_outcome(const PaymentRow& row, std::string_view about_id) {
  if (const auto attempt = attempt_index(row, about_id)) return is_open(row.payment().attempts(*attempt).status());
  if (const auto operation = operation_index(row, about_id))
    return is_open(row.payment().operations(*operation).status());
  return false;
}

std::uint32_t inquiries_so_far(const PaymentRow& row, std::string_view about_id) {
  if (const auto attempt = attempt_index(row, about_id)) return row.attempts(*attempt).inquiries();
  if (const auto operation = operation_index(row, about_id)) return row.operations(*operation).inquiries();
  return 0;
}

}  // namespace

void start_inquiries(engine::Work& work, std::string_view payment_id, std::string_view about_id) {
  set_inquiry_timer(work, payment_id, about_id, 1);
}

void inquire_now(engine::Work& work, std::string_view payment_id, std::string_view about_id) {
  const auto id = PaymentId::parse(payment_id);
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  if (!row) return;
  v1::InquirySent event;
  event.set_payment_id(std::string(payment_id));
  event.set_about_id(std::string(about_id));
  event.set_number(inquiries_so_far(*row, about_id) + 1);
  if (const auto attempt = attempt_index(*row, about_id)) {
    work.emit(payment_id, event);
    ask_about_attempt(work, *row, *attempt);
  } else if (const auto operation = operation_index(*row, about_id)) {
    work.emit(payment_id, event);
    ask_about_operation(work, *row, *operation);
  }
}

void keep_doubt(engine::Work& work, const PaymentRow& row, std::string_view attempt_id) {
  const auto attempt = attempt_index(row, attempt_id);
  if (!attempt || !is_lost(row.payment().attempts(*attempt).status())) return;
  work.set_timer({.kind = std::string(doubt_timer),
                  .subject = row.payment().id(),
                  .due = work.now() + doubt_retry_wait,
                  .payload = std::string(attempt_id)});
}

void on_doubt_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = PaymentId::parse(timer.subject);
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  const auto attempt = row ? attempt_index(*row, timer.payload) : std::nullopt;
  if (attempt && is_lost(row->payment().attempts(*attempt).status())) inquire_now(work, timer.subject, timer.payload);
}

void on_inquiry_timer(engine::Work& work, const engine::Timer& timer) {
  v1::InquiryTimer payload;
  const auto id = PaymentId::parse(timer.subject);
  if (!id || !payload.ParseFromString(timer.payload)) return;
  const auto row = find_payment(work.state(), work.tenant(), *id);
  if (!row || !has_no_outcome(*row, payload.about_id())) return;
  const auto given_up = abandoned_at(*row, payload.about_id());
  if (given_up && *given_up <= work.now()) {
    void_attempt(work, *row, *attempt_index(*row, payload.about_id()), v1::VOID_CAUSE_CHALLENGE_ABANDONED);
  } else {
    inquire_now(work, timer.subject, payload.about_id());
  }
  set_inquiry_timer(work, timer.subject, payload.about_id(), payload.number() + 1);
}

}  // namespace florin::payments
