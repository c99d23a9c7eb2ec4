#include "payments/fold.h"

#include <algorithm>

#include "base/check.h"
#include "payments/limits.h"

namespace florin::payments {
namespace {

bool is_not_failed(v1::OperationStatus status) {
  return status != v1::OPERATION_STATUS_FAILED;
}

template <class Counts>
std::int64_t sum_of_refunds(const PaymentRow& row, int attempt, Counts counts) {
  std::int64_t sum = 0;
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    if (operation.kind() != v1::OPERATION_KIND_REFUND || !counts(operation.status())) continue;
    if (row.operations(i).attempt_id() == row.payment().attempts(attempt).id()) sum += operation.amount_minor();
  }
  return sum;
}

void add_attention(PaymentRow& row, int attempt, v1::AttentionReason reason, std::int64_t amount_minor) {
  if (amount_minor <= 0) return;
  v1::Attention& attention = *row.mutable_payment()->add_attention();
  attention.set_reason(reason);
  attention.set_attempt_id(row.payment().attempts(attempt).id());
  attention.set_amount_minor(amount_minor);
}

void refresh_attention(PaymentRow& row) {
  row.mutable_payment()->clear_attention();
  for (int i = 0; i < row.attempts_size(); ++i) {
    add_attention(row, i, v1::ATTENTION_REASON_OVER_REFUNDED,
                  refunded_minor(row, i) - row.attempts(i).captured_minor());
    if (!row.attempts(i).surplus_given_up()) continue;
    add_attention(row, i, v1::ATTENTION_REASON_SURPLUS_NOT_RETURNED, surplus_minor(row, i));
  }
}

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
  const auto first = [&](auto is_it) -> std::optional<int> {
    for (int i = 0; i < attempts.size(); ++i) {
      if (is_it(i)) return i;
    }
    return std::nullopt;
  };
  const auto pays = [&](int i) { return holds_money(row, i) && !row.attempts(i).displaced(); };
  if (const auto attempt = first(pays)) return attempt;
  if (const auto attempt = first([&](int i) { return holds_money(row, i); })) return attempt;
  if (const auto attempt = first([&](int i) { return is_won(attempts.Get(i).status()); })) return attempt;
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
    const bool counts = i != attempt && !row.attempts(i).displaced();
    if (counts && is_won(row.payment().attempts(i).status())) return true;
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
  return std::max<std::int64_t>(left, 0);
}

std::int64_t refundable_minor(const PaymentRow& row, int attempt) {
  const std::int64_t set_aside = sum_of_refunds(row, attempt, &is_not_failed);
  return std::max<std::int64_t>(row.attempts(attempt).captured_minor() - set_aside, 0);
}

std::int64_t refunded_minor(const PaymentRow& row, int attempt) {
  return sum_of_refunds(row, attempt,
                        [](v1::OperationStatus status) { return status == v1::OPERATION_STATUS_SUCCEEDED; });
}

std::int64_t surplus_minor(const PaymentRow& row, int attempt) {
  const AttemptDetail& detail = row.attempts(attempt);
  const std::int64_t refundable = refundable_minor(row, attempt);
  if (row.canceled() || row.expired() || has_other_winner(row, attempt)) {
    return is_won(row.payment().attempts(attempt).status()) ? detail.open_minor() + refundable : 0;
  }
  // A refund that the merchant asked for gives back money that was owed to the shopper anyway; only those that were
  // made for the excess make up for it.
  std::int64_t excess = detail.captured_minor() - detail.authorized_minor();
  for (int i = 0; i < row.operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    const bool is_of_attempt = row.operations(i).attempt_id() == row.payment().attempts(attempt).id();
    if (is_of_attempt && row.operations(i).surplus() && is_not_failed(operation.status())) {
      excess -= operation.amount_minor();
    }
  }
  return std::clamp<std::int64_t>(excess, 0, refundable);
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
  std::int64_t refunded = 0;
  for (int i = 0; i < row.attempts_size(); ++i) {
    authorized += row.attempts(i).authorized_minor();
    captured += row.attempts(i).captured_minor();
    refunded += refunded_minor(row, i);
  }
  const auto attempt = deciding_attempt(row);
  const bool ended = row.canceled() || row.expired();
  payment.set_authorized_minor(authorized);
  payment.set_captured_minor(captured);
  payment.set_refunded_minor(refunded);
  payment.set_capturable_minor(attempt && !ended ? capturable_minor(row, *attempt) : 0);
  payment.set_refundable_minor(attempt ? refundable_minor(row, *attempt) : 0);
  payment.set_status(derive_status(row));
  refresh_attention(row);
  if (payment.status() != v1::PAYMENT_STATUS_REQUIRES_ACTION) payment.clear_action();
  if (payment.status() != v1::PAYMENT_STATUS_REQUIRES_CAPTURE) payment.clear_expire_time();
}

}  // namespace florin::payments
