#include "payments/consequences.h"

#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/operations.h"
#include "payments/surplus.h"

namespace florin::payments {
namespace {

// After a final capture, once no other capture is under way: what was not captured is released at the provider too.
void release_rest(engine::Work& work, const PaymentRow& row, int attempt) {
  const bool waits = has_open_operation(row, v1::OPERATION_KIND_CAPTURE, row.payment().attempts(attempt).id());
  if (waits || !is_released(row, attempt) || row.attempts(attempt).open_minor() == 0) return;
  void_attempt(work, row, attempt, {.cause = v1::VOID_CAUSE_RELEASED});
}

// The payment went on after this void had been asked for: only a void that had counted as failed leaves room for that.
bool has_gone_on(const PaymentRow& row, const OperationPlace& place) {
  if (row.canceled() || row.expired()) return true;
  const auto void_id = VoidId::parse(row.payment().operations(place.operation).id());
  const auto last_attempt_id = AttemptId::parse(row.payment().attempts().rbegin()->id());
  CHECK(void_id && last_attempt_id, "payment {} has ids that are none", row.payment().id());
  if (last_attempt_id->position > void_id->position) return true;
  for (int i = place.operation + 1; i < row.operations_size(); ++i) {
    const v1::Operation& later = row.payment().operations(i);
    if (later.kind() == v1::OPERATION_KIND_CAPTURE && later.status() != v1::OPERATION_STATUS_FAILED) return true;
  }
  return false;
}

void mark_attempt_voided(engine::Work& work, const PaymentRow& row, const OperationPlace& place) {
  v1::AttemptUpdated voided;
  voided.set_payment_id(row.payment().id());
  voided.set_attempt_id(row.payment().attempts(place.attempt).id());
  voided.set_status(v1::ATTEMPT_STATUS_VOIDED);
  voided.set_source(v1::SOURCE_REPLY);
  const auto failure = failure_of_void(row.operations(place.operation).void_cause());
  if (failure) *voided.mutable_failure() = *failure;
  work.emit(row.payment().id(), voided);
}

void end_payment(engine::Work& work, const PaymentRow& row, const OperationPlace& place) {
  const v1::VoidCause cause = row.operations(place.operation).void_cause();
  if (cause == v1::VOID_CAUSE_CANCELED) {
    v1::PaymentCanceled canceled;
    canceled.set_payment_id(row.payment().id());
    canceled.set_reason(row.payment().operations(place.operation).reason());
    work.emit(row.payment().id(), canceled);
  } else if (cause == v1::VOID_CAUSE_EXPIRED) {
    v1::PaymentExpired expired;
    expired.set_payment_id(row.payment().id());
    work.emit(row.payment().id(), expired);
  }
}

// What a void that succeeded makes of the attempt and the payment.
void end_after_void(engine::Work& work, const PaymentRow& row, const OperationPlace& place) {
  // What was captured stays paid: the void only released the rest.
  if (row.attempts(place.attempt).captured_minor() > 0) return;
  const v1::AttemptStatus status = row.payment().attempts(place.attempt).status();
  if (is_open(status) || is_won(status)) mark_attempt_voided(work, row, place);
  if (!has_gone_on(row, place)) end_payment(work, row, place);
  // Another attempt, long given up, may have turned out to hold money meanwhile.
  give_back_all(work, row);
}

// The provider refuses what the books allow: perhaps because it did an operation that counts as never sent.
void ask_about_not_processed(engine::Work& work, const PaymentRow& row, const OperationPlace& place) {
  for (int i = 0; i < row.operations_size(); ++i) {
    const v1::Operation& other = row.payment().operations(i);
    const bool counts_as_never_sent = other.status() == v1::OPERATION_STATUS_FAILED &&
                                      other.failure().code() == common::v1::FAILURE_CODE_NOT_PROCESSED;
    const bool is_of_attempt = row.operations(i).attempt_id() == row.operations(place.operation).attempt_id();
    if (counts_as_never_sent && is_of_attempt) inquire_now(work, row.payment().id(), other.id());
  }
}

void follow_failure(engine::Work& work, const PaymentRow& before, const OperationPlace& place,
                    const v1::OperationUpdated& event) {
  const v1::OperationKind kind = before.payment().operations(place.operation).kind();
  if (event.failure().code() != common::v1::FAILURE_CODE_NOT_PROCESSED) ask_about_not_processed(work, before, place);
  // A refused void often means that the provider's side has moved on: ask what the attempt is now.
  if (kind == v1::OPERATION_KIND_VOID) {
    inquire_now(work, before.payment().id(), before.payment().attempts(place.attempt).id());
  }
  const PaymentRow row = reload(work.state(), before);
  if (kind == v1::OPERATION_KIND_CAPTURE) {
    release_rest(work, row, place.attempt);
  } else {
    retry_surplus_later(work, row, place.attempt);
  }
}

void follow_success(engine::Work& work, const PaymentRow& before, const OperationPlace& place) {
  const v1::OperationKind kind = before.payment().operations(place.operation).kind();
  if (kind == v1::OPERATION_KIND_VOID) end_after_void(work, before, place);
  const PaymentRow row = reload(work.state(), before);
  if (surplus_minor(row, place.attempt) > 0) {
    give_back_surplus(work, row, place.attempt);
  } else if (kind == v1::OPERATION_KIND_CAPTURE) {
    release_rest(work, row, place.attempt);
  }
}

}  // namespace

std::optional<common::v1::PaymentFailure> failure_of_void(v1::VoidCause cause) {
  common::v1::PaymentFailure failure;
  failure.set_actor(common::v1::FAILURE_ACTOR_SHOPPER);
  failure.set_retryable(true);
  if (cause == v1::VOID_CAUSE_CHALLENGE_ABANDONED) {
    failure.set_code(common::v1::FAILURE_CODE_EXPIRED);
    failure.set_message("The shopper did not finish the payment in time; nothing was charged.");
    return failure;
  }
  if (cause == v1::VOID_CAUSE_SHOPPER_LEFT) {
    failure.set_code(common::v1::FAILURE_CODE_CANCELED_BY_SHOPPER);
    failure.set_message("The shopper chose to pay in another way; nothing was charged.");
    return failure;
  }
  return std::nullopt;
}

void follow_outcome(engine::Work& work, const PaymentRow& before, const OperationPlace& place,
                    const v1::OperationUpdated& event) {
  if (event.status() == v1::OPERATION_STATUS_SUCCEEDED) {
    follow_success(work, before, place);
  } else {
    follow_failure(work, before, place, event);
  }
}

}  // namespace florin::payments
