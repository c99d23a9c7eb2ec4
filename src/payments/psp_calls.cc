#include "payments/psp_calls.h"

#include <fmt/format.h>

#include "florin/connectors/v1/psp.pb.h"
#include "payments/limits.h"

namespace florin::payments {
namespace {

using connectors::v1::PspRequest;

PspRequest request_about(engine::Work& work, const PaymentRow& row, int attempt) {
  const v1::Payment& payment = row.payment();
  PspRequest request;
  request.set_connector(payment.attempts(attempt).connector());
  request.set_account(payment.attempts(attempt).psp_account());
  request.set_reference(payment.id());
  request.set_currency(payment.amount().currency());
  request.set_psp_reference(payment.attempts(attempt).psp_reference());
  request.set_decided_time_micros(work.now().micros);
  return request;
}

void request_effect(engine::Work& work, const PspRequest& request) {
  work.request_effect({.kind = std::string(psp_effect),
                       .provider = fmt::format("{}/{}", request.connector(), request.account()),
                       .subject = request.reference(),
                       .payload = request.SerializeAsString(),
                       .timeout_ms = psp_timeout_ms,
                       .tries_max = psp_tries_max});
}

connectors::v1::PspOperation psp_operation(v1::OperationKind kind) {
  switch (kind) {
    case v1::OPERATION_KIND_CAPTURE:
      return connectors::v1::PSP_OPERATION_CAPTURE;
    case v1::OPERATION_KIND_VOID:
      return connectors::v1::PSP_OPERATION_VOID;
    default:
      return connectors::v1::PSP_OPERATION_REFUND;
  }
}

int attempt_of(const PaymentRow& row, int operation) {
  const auto attempt = attempt_index(row, row.operations(operation).attempt_id());
  CHECK(attempt, "operation of {} is of no attempt", row.payment().id());
  return *attempt;
}

}  // namespace

std::string shopper_return_url(const Settings& settings, std::string_view payment_id) {
  return fmt::format("{}/return/{}", settings.public_base_url, payment_id);
}

void ask_to_authorize(engine::Work& work, const Settings& settings, const PaymentRow& row, int attempt) {
  const v1::Payment& payment = row.payment();
  PspRequest request = request_about(work, row, attempt);
  request.set_operation(connectors::v1::PSP_OPERATION_AUTHORIZE);
  request.set_idempotency_key(payment.attempts(attempt).id());
  request.set_amount_minor(payment.amount().minor());
  request.set_capture(payment.capture_method() == v1::CAPTURE_METHOD_AUTOMATIC);
  request.set_payment_method_token(payment.payment_method().token());
  request.set_vault_claimant(row.vault_claimant());
  request.set_return_url(shopper_return_url(settings, payment.id()));
  request.set_statement_descriptor(payment.statement_descriptor());
  request_effect(work, request);
}

void ask_for_operation(engine::Work& work, const PaymentRow& row, int operation) {
  const v1::Operation& what = row.payment().operations(operation);
  PspRequest request = request_about(work, row, attempt_of(row, operation));
  request.set_operation(psp_operation(what.kind()));
  request.set_idempotency_key(what.id());
  request.set_amount_minor(what.amount_minor());
  request_effect(work, request);
}

void ask_about_attempt(engine::Work& work, const PaymentRow& row, int attempt) {
  PspRequest request = request_about(work, row, attempt);
  request.set_operation(connectors::v1::PSP_OPERATION_READ_PAYMENT);
  request.set_amount_minor(row.payment().amount().minor());
  request.set_capture(row.payment().capture_method() == v1::CAPTURE_METHOD_AUTOMATIC);
  request.set_idempotency_key(row.payment().attempts(attempt).id());
  request_effect(work, request);
}

void ask_about_operation(engine::Work& work, const PaymentRow& row, int operation) {
  const v1::Operation& what = row.payment().operations(operation);
  PspRequest request = request_about(work, row, attempt_of(row, operation));
  request.set_operation(connectors::v1::PSP_OPERATION_READ_OPERATION);
  request.set_amount_minor(what.amount_minor());
  request.set_read_operation(psp_operation(what.kind()));
  request.set_read_idempotency_key(what.id());
  request_effect(work, request);
}

}  // namespace florin::payments
