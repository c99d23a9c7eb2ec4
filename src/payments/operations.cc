#include "payments/operations.h"

#include <algorithm>

#include "contracts/convert.h"
#include "payments/consequences.h"
#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/postings.h"
#include "payments/psp_calls.h"

namespace florin::payments {
namespace {

void reserve(engine::Work& work, const PaymentRow& row, const v1::OperationReserved& event) {
  work.emit(row.payment().id(), event);
  const PaymentRow reserved = reload(work.state(), row);
  ask_for_operation(work, reserved, reserved.payment().operations_size() - 1);
}

v1::OperationReserved make_reservation(const PaymentRow& row, int attempt, v1::OperationKind kind) {
  v1::OperationReserved event;
  event.set_payment_id(row.payment().id());
  event.set_attempt_id(row.payment().attempts(attempt).id());
  event.set_kind(kind);
  return event;
}

// Whether the news can be about this operation. What says that a payment was captured is no proof of its void, and an
// amount that was not asked for is not booked as the one that was.
bool is_about(const v1::Operation& operation, const connectors::v1::PspReply& reply) {
  const bool is_void = operation.kind() == v1::OPERATION_KIND_VOID;
  if (!is_void && reply.operation_minor() != 0 && reply.operation_minor() != operation.amount_minor()) return false;
  if (reply.status() == connectors::v1::PSP_STATUS_CAPTURED) return operation.kind() == v1::OPERATION_KIND_CAPTURE;
  return reply.status() != connectors::v1::PSP_STATUS_VOIDED || is_void;
}

// The status that the provider's answer gives an operation. Proof of absence counts as refused: nothing was moved.
v1::OperationStatus status_from(const Settings& settings, const PaymentRow& row, int operation,
                                const OperationNews& news) {
  using namespace connectors::v1;
  if (!is_about(row.payment().operations(operation), news.reply)) return v1::OPERATION_STATUS_UNKNOWN;
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

// After corrections more may turn out to be captured than the books still hold authorized.
void post_capture(engine::Work& work, const PaymentRow& row, const Target& target, v1::OperationUpdated& event) {
  const std::int64_t amount_minor = row.payment().operations(target.operation).amount_minor();
  const AttemptDetail& attempt = row.attempts(target.attempt);
  if (attempt.open_minor() == 0) return post_captured_at_once(work, target.place, amount_minor);
  const std::int64_t left_minor = std::max<std::int64_t>(attempt.open_minor() - amount_minor, 0);
  event.set_authorization_transfer_id(
      post_captured_later(work, target.place, {attempt.authorization_transfer_id(), amount_minor, left_minor}));
}

// The postings of an operation that succeeded.
void post_success(engine::Work& work, const PaymentRow& row, const Target& target, v1::OperationUpdated& event) {
  const AttemptDetail& attempt = row.attempts(target.attempt);
  switch (row.payment().operations(target.operation).kind()) {
    case v1::OPERATION_KIND_REFUND:
      post_refunded(work, target.place, row.operations(target.operation).reservation_transfer_id());
      break;
    case v1::OPERATION_KIND_VOID:
      if (attempt.open_minor() > 0) post_authorization_ended(work, target.place, attempt.authorization_transfer_id());
      break;
    default:
      post_capture(work, row, target, event);
      break;
  }
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
  if (!is_open(event.status())) {
    follow_outcome(work, row, {operation, target.attempt}, event);
  } else if (what.status() == v1::OPERATION_STATUS_SENT) {
    start_inquiries(work, row.payment().id(), what.id());
  }
}

// Only what the provider has proves a failure wrong. "Pending" must have been said after the failure was recorded, for
// webhooks and slow answers come in any order.
bool corrects(const v1::Operation& failed, v1::OperationStatus after, const OperationNews& news) {
  if (after == v1::OPERATION_STATUS_SUCCEEDED) return true;
  return after == v1::OPERATION_STATUS_PENDING && news.source == v1::SOURCE_INQUIRY &&
         news.asked > contracts::from_message(failed.update_time());
}

// Takes up again what had counted as failed, and gives the payment as it is then.
PaymentRow correct(engine::Work& work, const PaymentRow& row, int operation, v1::Source source) {
  const v1::Operation& what = row.payment().operations(operation);
  v1::OperationCorrected event;
  event.set_payment_id(row.payment().id());
  event.set_operation_id(what.id());
  event.set_source(source);
  if (what.kind() == v1::OPERATION_KIND_REFUND) {
    const Target target = target_of(row, operation);
    event.set_reservation_transfer_id(post_refund_set_aside(work, target.place, what.amount_minor()));
  }
  work.emit(row.payment().id(), event);
  return reload(work.state(), row);
}

}  // namespace

std::string capture_attempt(engine::Work& work, const PaymentRow& row, int attempt, const CaptureWish& wish) {
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_CAPTURE);
  event.set_operation_id(work.new_id<CaptureTag>().to_string());
  event.set_amount_minor(wish.amount_minor);
  event.set_final_capture(wish.is_final);
  reserve(work, row, event);
  return event.operation_id();
}

std::string void_attempt(engine::Work& work, const PaymentRow& row, int attempt, const VoidWish& wish) {
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  if (has_open_operation(row, v1::OPERATION_KIND_VOID, attempt_id)) return {};
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_VOID);
  event.set_operation_id(work.new_id<VoidTag>().to_string());
  event.set_amount_minor(row.attempts(attempt).open_minor());
  event.set_void_cause(wish.cause);
  event.set_surplus(wish.cause == v1::VOID_CAUSE_SURPLUS);
  event.set_reason(wish.reason);
  reserve(work, row, event);
  return event.operation_id();
}

std::string refund_attempt(engine::Work& work, const PaymentRow& row, int attempt, const RefundWish& wish) {
  v1::OperationReserved event = make_reservation(row, attempt, v1::OPERATION_KIND_REFUND);
  event.set_operation_id(work.new_id<RefundTag>().to_string());
  event.set_amount_minor(wish.amount_minor);
  event.set_reason(wish.reason);
  event.set_surplus(wish.surplus);
  const PostingPlace place{row, row.payment().attempts(attempt).connector()};
  event.set_reservation_transfer_id(post_refund_set_aside(work, place, wish.amount_minor));
  reserve(work, row, event);
  return event.operation_id();
}

void record_operation_news(engine::Work& work, const Settings& settings, const PaymentRow& row,
                           const OperationNews& news) {
  const auto index = operation_index(row, news.operation_id);
  if (!index) return;
  const v1::OperationStatus before = row.payment().operations(*index).status();
  const v1::OperationStatus after = status_from(settings, row, *index, news);
  const bool is_correction =
      before == v1::OPERATION_STATUS_FAILED && corrects(row.payment().operations(*index), after, news);
  if (!is_open(before) && !is_correction) return;
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
  if (is_correction) {
    record_status(work, correct(work, row, *index, news.source), *index, std::move(event));
  } else {
    record_status(work, row, *index, std::move(event));
  }
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
