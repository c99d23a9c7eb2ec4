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

// When something that the shopper was asked to do and has not done is given up; nothing for anything else.
std::optional<Timestamp> abandoned_at(const PaymentRow& row, std::string_view about_id) {
  const auto index = attempt_index(row, about_id);
  if (!index || row.payment().attempts(*index).status() != v1::ATTEMPT_STATUS_ACTION_REQUIRED) return std::nullopt;
  const Timestamp asked = contracts::from_message(row.payment().attempts(*index).update_time());
  // A payment that was paid by another attempt shows no action any more; then this one need not wait long either.
  if (!row.payment().action().has_expire_time()) return asked + challenge_lifetime;
  // The provider's clock may be behind ours.
  return std::max(contracts::from_message(row.payment().action().expire_time()), asked) + action_grace;
}

// How long to wait before inquiry `number`, 1 for the first.
Duration wait_before(std::uint32_t number) {
  return inquiry_waits[std::min<std::size_t>(number, inquiry_waits.size()) - 1];
}

void set_inquiry_timer(engine::Work& work, std::string_view payment_id, std::string_view about_id,
                       std::uint32_t number) {
  v1::InquiryTimer payload;
  payload.set_about_id(std::string(about_id));
  payload.set_number(number);
  Timestamp due = work.now() + wait_before(number);
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

bool has_failed_operation(const PaymentRow& row, std::string_view attempt_id) {
  for (int i = 0; i < row.operations_size(); ++i) {
    const bool failed = row.payment().operations(i).status() == v1::OPERATION_STATUS_FAILED;
    if (failed && row.operations(i).attempt_id() == attempt_id) return true;
  }
  return false;
}

// Nobody asks about it any more, but what is believed of it could be wrong.
bool may_be_in_doubt(const PaymentRow& row, std::string_view about_id) {
  if (const auto attempt = attempt_index(row, about_id)) {
    const v1::AttemptStatus status = row.payment().attempts(*attempt).status();
    return is_lost(status) || (!is_open(status) && has_failed_operation(row, about_id));
  }
  const auto operation = operation_index(row, about_id);
  return operation && row.payment().operations(*operation).status() == v1::OPERATION_STATUS_FAILED;
}

// What the provider says of the attempt cannot be if every operation of this kind that counts as failed did fail.
bool contradicts_failure(const PaymentRow& row, int attempt, v1::OperationKind kind,
                         const connectors::v1::PspReply& reply) {
  switch (kind) {
    case v1::OPERATION_KIND_CAPTURE:
      return reply.captured_minor() > row.attempts(attempt).captured_minor();
    case v1::OPERATION_KIND_REFUND:
      return reply.refunded_minor() > refunded_minor(row, attempt);
    case v1::OPERATION_KIND_VOID:
      return reply.status() == connectors::v1::PSP_STATUS_VOIDED;
    default:
      return false;
  }
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

void ask_about_contradicted(engine::Work& work, const PaymentRow& row, int attempt,
                            const connectors::v1::PspReply& reply) {
  for (int i = 0; i < row.operations_size(); ++i) {
    const bool counts_as_failed = row.payment().operations(i).status() == v1::OPERATION_STATUS_FAILED;
    const bool is_of_attempt = row.operations(i).attempt_id() == row.payment().attempts(attempt).id();
    if (counts_as_failed && is_of_attempt &&
        contradicts_failure(row, attempt, row.payment().operations(i).kind(), reply))
      inquire_now(work, row.payment().id(), row.payment().operations(i).id());
  }
}

void keep_doubt(engine::Work& work, const PaymentRow& row, std::string_view about_id) {
  if (!may_be_in_doubt(row, about_id)) return;
  work.set_timer({.kind = std::string(doubt_timer),
                  .subject = row.payment().id(),
                  .due = work.now() + std::max(doubt_wait_min, wait_before(inquiries_so_far(row, about_id) + 1)),
                  .payload = std::string(about_id)});
}

void on_doubt_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = PaymentId::parse(timer.subject);
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  if (row && may_be_in_doubt(*row, timer.payload)) inquire_now(work, timer.subject, timer.payload);
}

void on_inquiry_timer(engine::Work& work, const engine::Timer& timer) {
  v1::InquiryTimer payload;
  const auto id = PaymentId::parse(timer.subject);
  if (!id || !payload.ParseFromString(timer.payload)) return;
  const auto row = find_payment(work.state(), work.tenant(), *id);
  if (!row || !has_no_outcome(*row, payload.about_id())) return;
  const auto given_up = abandoned_at(*row, payload.about_id());
  if (given_up && *given_up <= work.now()) {
    void_attempt(work, *row, *attempt_index(*row, payload.about_id()), {.cause = v1::VOID_CAUSE_CHALLENGE_ABANDONED});
  } else {
    inquire_now(work, timer.subject, payload.about_id());
  }
  set_inquiry_timer(work, timer.subject, payload.about_id(), payload.number() + 1);
}

}  // namespace florin::payments
