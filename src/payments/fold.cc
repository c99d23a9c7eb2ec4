#include "payments/fold.h"

#include "base/check.h"
#include "payments/limits.h"

namespace florin::payments {
namespace {

v1::PaymentStatus status_of_open_money(const PaymentRow& row, int attempt) {
  const AttemptDetail& detail = row.attempts(attempt);
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  const bool is_done = is_released(row, attempt) && !has_open_operation(row, v1::OPERATION_KIND_CAPTURE, attempt_id);
  if (detail.open_minor() > 0 && !is_done) return v1::PAYMENT_STATUS_REQUIRES_CAPTURE;
  return v1::PAYMENT_STATUS_SUCCEEDED;
}

v1::PaymentStatus status_after_attempt(const PaymentRow& row, int attempt) {
  const bool used_up = row.payment().attempts_size() >= attempts_max;
  switch (row.payment().attempts(attempt).status()) {
    case v1::ATTEMPT_STATUS_ACTION_REQUIRED:
      return v1::PAYMENT_STATUS_REQUIRES_ACTION;
    case v1::ATTEMPT_STATUS_AUTHORIZED:
    case v1::ATTEMPT_STATUS_CAPTURED:
      return status_of_open_money(row, attempt);
    case v1::ATTEMPT_STATUS_DECLINED_SOFT:
    case v1::ATTEMPT_STATUS_DECLINED_HARD:
    case v1::ATTEMPT_STATUS_VOIDED:
      return used_up ? v1::PAYMENT_STATUS_FAILED : v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD;
    case v1::ATTEMPT_STATUS_NOT_SENT:
      return used_up ? v1::PAYMENT_STATUS_FAILED : v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION;
    default:
      return v1::PAYMENT_STATUS_PROCESSING;
  }
}

v1::PaymentStatus derive_status(const PaymentRow& row) {
  if (row.canceled()) return v1::PAYMENT_STATUS_CANCELED;
  if (row.expired()) return v1::PAYMENT_STATUS_EXPIRED;
  const auto attempt = deciding_attempt(row);
  if (attempt) return status_after_attempt(row, *attempt);
  return row.payment().payment_method().token().empty() ? v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD
                                                        : v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION;
}

}  // namespace

bool is_open(v1::AttemptStatus status) {
  return status == v1::ATTEMPT_STATUS_SENT || status == v1::ATTEMPT_STATUS_ACTION_REQUIRED ||
         status == v1::ATTEMPT_STATUS_PENDING || status == v1::ATTEMPT_STATUS_UNKNOWN;
}

bool is_open(v1::OperationStatus status) {
  return status == v1::OPERATION_STATUS_SENT || status == v1::OPERATION_STATUS_PENDING ||
         status == v1::OPERATION_STATUS_UNKNOWN;
}

bool is_won(v1::AttemptStatus status) {
  return status == v1::ATTEMPT_STATUS_AUTHORIZED || status == v1::ATTEMPT_STATUS_CAPTURED;
}

bool is_lost(v1::AttemptStatus status) {
  return status == v1::ATTEMPT_STATUS_NOT_SENT || status == v1::ATTEMPT_STATUS_DECLINED_SOFT ||
         status == v1::ATTEMPT_STATUS_DECLINED_HARD;
}

bool holds_money(const PaymentRow& row, int attempt) {
  return is_won(row.payment().attempts(attempt).status()) &&
         (row.attempts(attempt).open_minor() > 0 || refundable_minor(row, attempt) > 0);
}

std::optional<int> deciding_attempt(const PaymentRow& row) {
  const auto& attempts = row.payment().attempts();
  for (int i = 0; i < attempts.size(); ++i) {
    if (holds_money(row, i)) return i;
  }
  for (int i = 0; i < attempts.size(); ++i) {
    if (is_won(attempts.Get(i).status())) return i;
  }
  if (attempts.empty()) return std::nullopt;
  return attempts.size() - 1;
}

std::optional<int> open_attempt(const PaymentRow& row) {
  for (int i = row.payment().attempts_size() - 1; i >= 0; --i) {
    if (is_open(row.payment().attempts(i).status())) return i;
  }
  return std::nullopt;
}

bool has_other_winner(const PaymentRow& row, int attempt) {
  for (int i = 0; i < row.payment().attempts_size(); ++i) {
    if (i != attempt && is_won(row.payment().attempts(i).status())) return true;
  }
  return false;
}

bool has_open_operation(const PaymentRow& row, v1::OperationKind kind, std::string_view attempt_id) {
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    if (operation.kind() == kind && is_open(operation.status()) && row.operations(i).attempt_id() == attempt_id)
      return true;
  }
  return false;
}

std::int64_t capturable_minor(const PaymentRow& row, int attempt) {
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  if (has_open_operation(row, v1::OPERATION_KIND_VOID, attempt_id) || is_released(row, attempt)) return 0;
  std::int64_t left = row.attempts(attempt).open_minor();
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    if (operation.kind() != v1::OPERATION_KIND_CAPTURE || !is_open(operation.status())) continue;
    if (row.operations(i).attempt_id() != attempt_id) continue;
    if (row.operations(i).final_capture()) return 0;
    left -= operation.amount_minor();
  }
  CHECK(left >= 0, "captures of {} set aside more than is authorized", row.payment().id());
  return left;
}

std::int64_t refundable_minor(const PaymentRow& row, int attempt) {
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  std::int64_t left = row.attempts(attempt).captured_minor();
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    if (operation.kind() != v1::OPERATION_KIND_REFUND || operation.status() == v1::OPERATION_STATUS_FAILED) continue;
    if (row.operations(i).attempt_id() == attempt_id) left -= operation.amount_minor();
  }
  CHECK(left >= 0, "refunds of {} set aside more than is captured", row.payment().id());
  return left;
}

bool is_released(const PaymentRow& row, int attempt) {
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    const bool is_done = operation.status() == v1::OPERATION_STATUS_SUCCEEDED;
    const bool is_of_attempt = row.operations(i).attempt_id() == row.payment().attempts(attempt).id();
    if (operation.kind() == v1::OPERATION_KIND_CAPTURE && is_done && is_of_attempt &&
        row.operations(i).final_capture()) {
      return true;
    }
  }
  return false;
}

void refresh(PaymentRow& row) {
  CHECK(row.attempts_size() == row.payment().attempts_size());
  CHECK(row.operations_size() == row.payment().operations_size());
  v1::Payment& payment = *row.mutable_payment();
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  for (const AttemptDetail& attempt : row.attempts()) {
    authorized += attempt.authorized_minor();
    captured += attempt.captured_minor();
  }
  std::int64_t refunded = 0;
  for (const v1::Operation& operation : payment.operations()) {
    const bool is_done = operation.status() == v1::OPERATION_STATUS_SUCCEEDED;
    if (operation.kind() == v1::OPERATION_KIND_REFUND && is_done) refunded += operation.amount_minor();
  }
  const auto attempt = deciding_attempt(row);
  const bool ended = row.canceled() || row.expired();
  payment.set_authorized_minor(authorized);
  payment.set_captured_minor(captured);
  payment.set_refunded_minor(refunded);
  payment.set_capturable_minor(attempt && !ended ? capturable_minor(row, *attempt) : 0);
  payment.set_refundable_minor(attempt ? refundable_minor(row, *attempt) : 0);
  payment.set_status(derive_status(row));
  if (payment.status() != v1::PAYMENT_STATUS_REQUIRES_ACTION) payment.clear_action();
  if (payment.status() != v1::PAYMENT_STATUS_REQUIRES_CAPTURE) payment.clear_expire_time();
}

}  // namespace florin::payments
