#include "payments/operations.h"

#include "contracts/convert.h"
#include "payments/attempts.h"
#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/postings.h"
#include "payments/psp_calls.h"

namespace florin::payments {
namespace {

PaymentRow reload(const engine::Work& work, const PaymentRow& row) {
  auto now = find_payment(work.state(), tenant_of(row), id_of(row));
  CHECK(now);
  return std::move(*now);
}

void reserve(engine::Work& work, const PaymentRow& row, const v1::OperationReserved& event) {
  work.emit(row.payment().id(), event);
  const PaymentRow reserved = reload(work, row);
  ask_for_operation(work, reserved, reserved.payment().operations_size() - 1);
}

v1::OperationReserved make_reservation(const PaymentRow& row, int attempt, v1::OperationKind kind) {
  v1::OperationReserved event;
  event.set_payment_id(row.payment().id());
  event.set_attempt_id(row.payment().attempts(attempt).id());
  event.set_kind(kind);
  return event;
}

// The status that the provider's answer gives an operation. Proof of absence counts as refused: nothing was moved.
v1::OperationStatus status_from(const Settings& settings, const PaymentRow& row, int operation,
                                const OperationNews& news) {
  using namespace connectors::v1;
  switch (news.reply.status()) {
    case PSP_STATUS_SUCCEEDED:
    case PSP_STATUS_CAPTURED:
    case PSP_STATUS_VOIDED:
      return v1::OPERATION_STATUS_SUCCEEDED;
    case PSP_STATUS_FAILED:
    case PSP_STATUS_DECLINED_SOFT:
    case PSP_STATUS_DECLINED_HARD:
      return v1::OPERATION_STATUS_FAILED;
    case PSP_STATUS_PENDING:
      return v1::OPERATION_STATUS_PENDING;
    case PSP_STATUS_ABSENT: {
      const auto attempt = attempt_index(row, row.operations(operation).attempt_id());
      const auto proven_after =
          settings.provider_rules(row.payment().attempts(*attempt).connector()).absence_proven_after;
      const Duration since_last_try =
          news.asked - contracts::from_message(row.payment().operations(operation).update_time());
      const bool is_proof = proven_after && since_last_try >= *proven_after;
      return is_proof ? v1::OPERATION_STATUS_FAILED : v1::OPERATION_STATUS_UNKNOWN;
    }
    default:
      return v1::OPERATION_STATUS_UNKNOWN;
  }
}

void set_not_processed(v1::OperationUpdated& event) {
  common::v1::PaymentFailure& failure = *event.mutable_failure();
  failure.set_code(common::v1::FAILURE_CODE_NOT_PROCESSED);
  failure.set_actor(common::v1::FAILURE_ACTOR_PROVIDER);
  failure.set_retryable(true);
  failure.set_message("The provider never received the request; nothing was moved. Try again.");
}

struct Target {
  int operation;
  int attempt;
  PostingPlace place;
};

Target target_of(const PaymentRow& row, int operation) {
  const auto attempt = attempt_index(row, row.operations(operation).attempt_id());
  CHECK(attempt, "operation of {} is of no attempt", row.payment().id());
  return {operation, *attempt, PostingPlace{row, row.payment().attempts(*attempt).connector()}};
}

// The postings of an operation that succeeded.
void post_success(engine::Work& work, const PaymentRow& row, const Target& target, v1::OperationUpdated& event) {
  const v1::Operation& operation = row.payment().operations(target.operation);
  const OperationDetail& detail = row.operations(target.operation);
  const AttemptDetail& attempt = row.attempts(target.attempt);
  if (operation.kind() == v1::OPERATION_KIND_REFUND) {
    post_refunded(work, target.place, detail.reservation_transfer_id());
  } else if (operation.kind() == v1::OPERATION_KIND_VOID) {
    if (attempt.open_minor() > 0) post_authorization_ended(work, target.place, attempt.authorization_transfer_id());
  } else {
    const std::int64_t left = attempt.open_minor() - operation.amount_minor();
    event.set_authorization_transfer_id(
        post_captured_later(work, target.place, {attempt.authorization_transfer_id(), operation.amount_minor(), left}));
  }
}

// After a final capture, once no other capture is under way: what was not captured is released at the provider too.
void release_rest(engine::Work& work, const PaymentRow& before, const Target& target) {
  const PaymentRow row = reload(work, before);
  const std::string& attempt_id = row.payment().attempts(target.attempt).id();
  const bool waits = has_open_operation(row, v1::OPERATION_KIND_CAPTURE, attempt_id);
  if (waits || !is_released(row, target.attempt) || row.attempts(target.attempt).open_minor() == 0) return;
  void_attempt(work, row, target.attempt, v1::VOID_CAUSE_RELEASED);
}

// What a void that succeeded makes of the attempt and the payment.
void end_after_void(engine::Work& work, const PaymentRow& row, const Target& target) {
  // What was captured stays paid: the void only released the rest.
  if (row.attempts(target.attempt).captured_minor() > 0) return;
  const OperationDetail& detail = row.operations(target.operation);
  const v1::Attempt& attempt = row.payment().attempts(target.attempt);
  v1::AttemptUpdated voided;
  voided.set_payment_id(row.payment().id());
  voided.set_attempt_id(attempt.id());
  voided.set_status(v1::ATTEMPT_STATUS_VOIDED);
  voided.set_source(v1::SOURCE_REPLY);
  if (detail.void_cause() == v1::VOID_CAUSE_CHALLENGE_ABANDONED) {
    voided.mutable_failure()->set_code(common::v1::FAILURE_CODE_EXPIRED);
    voided.mutable_failure()->set_actor(common::v1::FAILURE_ACTOR_SHOPPER);
    voided.mutable_failure()->set_retryable(true);
    voided.mutable_failure()->set_message("The shopper did not finish the challenge in time; nothing was charged.");
  }
  work.emit(row.payment().id(), voided);
  if (detail.void_cause() == v1::VOID_CAUSE_CANCELED) {
    v1::PaymentCanceled canceled;
    canceled.set_payment_id(row.payment().id());
    canceled.set_reason(row.payment().operations(target.operation).reason());
    work.emit(row.payment().id(), canceled);
  } else if (detail.void_cause() == v1::VOID_CAUSE_EXPIRED) {
    v1::PaymentExpired expired;
    expired.set_payment_id(row.payment().id());
    work.emit(row.payment().id(), expired);
  }
  // Another attempt, long given up, may have turned out to hold money meanwhile.
  give_back_all(work, row);
}

void record_status(engine::Work& work, const PaymentRow& row, int operation, v1::OperationUpdated event) {
  const v1::Operation& what = row.payment().operations(operation);
  const Target target = target_of(row, operation);
  event.set_payment_id(row.payment().id());
  event.set_operation_id(what.id());
  if (event.status() == v1::OPERATION_STATUS_SUCCEEDED) post_success(work, row, target, event);
  if (event.status() == v1::OPERATION_STATUS_FAILED && what.kind() == v1::OPERATION_KIND_REFUND) {
    post_refund_failed(work, target.place, row.operations(operation).reservation_transfer_id());
  }
  work.emit(row.payment().id(), event);
  if (what.status() == v1::OPERATION_STATUS_SENT && is_open(event.status())) {
    start_inquiries(work, row.payment().id(), what.id());
  }
  if (what.kind() == v1::OPERATION_KIND_CAPTURE) release_rest(work, row, target);
  if (what.kind() != v1::OPERATION_KIND_VOID) return;
  if (event.status() == v1::OPERATION_STATUS_SUCCEEDED) end_after_void(work, row, target);
  // A refused void often means that the provider's side has moved on: ask what the attempt is now.
  if (event.status() == v1::OPERATION_STATUS_FAILED)
    inquire_now(work, row.payment().id(), row.operations(operation).attempt_id());
}

}  // namespace

std::string capture_attempt(engine::Work& work, const PaymentRow& row, int attempt, std::int64_t amount_minor,
                            bool final_capture) {
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_CAPTURE);
  event.set_operation_id(work.new_id<CaptureTag>().to_string());
  event.set_amount_minor(amount_minor);
  event.set_final_capture(final_capture);
  reserve(work, row, event);
  return event.operation_id();
}

std::string void_attempt(engine::Work& work, const PaymentRow& row, int attempt, v1::VoidCause cause,
                         std::string reason) {
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  if (has_open_operation(row, v1::OPERATION_KIND_VOID, attempt_id)) return {};
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_VOID);
  event.set_operation_id(work.new_id<VoidTag>().to_string());
  event.set_amount_minor(row.attempts(attempt).open_minor());
  event.set_void_cause(cause);
  event.set_reason(std::move(reason));
  reserve(work, row, event);
  return event.operation_id();
}

std::string refund_attempt(engine::Work& work, const PaymentRow& row, int attempt, std::int64_t amount_minor,
                           std::string reason) {
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_REFUND);
  event.set_operation_id(work.new_id<RefundTag>().to_string());
  event.set_amount_minor(amount_minor);
  event.set_reason(std::move(reason));
  const PostingPlace place{row, row.payment().attempts(attempt).connector()};
  event.set_reservation_transfer_id(post_refund_set_aside(work, place, amount_minor));
  reserve(work, row, event);
  return event.operation_id();
}

void record_operation_news(engine::Work& work, const Settings& settings, const PaymentRow& row,
                           const OperationNews& news) {
  const auto index = operation_index(row, news.operation_id);
  if (!index || !is_open(row.payment().operations(*index).status())) return;
  const v1::OperationStatus before = row.payment().operations(*index).status();
  const v1::OperationStatus after = status_from(settings, row, *index, news);
  const bool knows_less = after == v1::OPERATION_STATUS_UNKNOWN && before != v1::OPERATION_STATUS_SENT;
  if (before == after || knows_less) return;
  v1::OperationUpdated event;
  event.set_status(after);
  event.set_psp_reference(news.reply.operation_reference());
  event.set_source(news.source);
  if (news.reply.has_failure()) *event.mutable_failure() = news.reply.failure();
  if (news.reply.status() == connectors::v1::PSP_STATUS_ABSENT && after == v1::OPERATION_STATUS_FAILED) {
    set_not_processed(event);
  }
  record_status(work, row, *index, std::move(event));
}

void record_operation_not_sent(engine::Work& work, const PaymentRow& row, std::string_view operation_id) {
  const auto index = operation_index(row, operation_id);
  if (!index || row.payment().operations(*index).status() != v1::OPERATION_STATUS_SENT) return;
  v1::OperationUpdated event;
  event.set_status(v1::OPERATION_STATUS_FAILED);
  event.set_source(v1::SOURCE_EXECUTOR);
  set_not_processed(event);
  record_status(work, row, *index, std::move(event));
}

void record_operation_unknown(engine::Work& work, const PaymentRow& row, std::string_view operation_id) {
  const auto index = operation_index(row, operation_id);
  if (!index || row.payment().operations(*index).status() != v1::OPERATION_STATUS_SENT) return;
  v1::OperationUpdated event;
  event.set_status(v1::OPERATION_STATUS_UNKNOWN);
  event.set_source(v1::SOURCE_EXECUTOR);
  record_status(work, row, *index, std::move(event));
}

}  // namespace florin::payments
