#include "api/payments/payment_service.h"

#include <algorithm>

#include "api/common/submit.h"
#include "api/payments/wait.h"
#include "payments/commands.h"
#include "payments/queries.h"

namespace florin::api {
namespace {

using payments::is_settled;
using payments::v1::Operation;
using payments::v1::Payment;

const Operation* find_operation(const Payment& payment, std::string_view id) {
  const auto found = std::ranges::find(payment.operations(), id, &Operation::id);
  return found == payment.operations().end() ? nullptr : &*found;
}

bool has_open_void(const Payment& payment) {
  return std::ranges::any_of(payment.operations(), [](const Operation& operation) {
    return operation.kind() == payments::v1::OPERATION_KIND_VOID && !is_settled(operation);
  });
}

// Brings the payment of `response` up to date: as soon as `until` holds, or when the wait is over.
template <class Response, class Until>
Task<Result<Response>> after_wait(Platform& platform, rpc::Context& context, Result<Response> response, Duration wait,
                                  Until until) {
  if (!response.ok()) co_return response;
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  Wait waiting{*tenant, response->payment(), until, time_to_wait(context, wait), context.stop_token()};
  Payment payment = co_await wait_for_payment(platform, context.executor(), std::move(waiting));
  *response->mutable_payment() = std::move(payment);
  co_return response;
}

// The same for a response that shows an operation too.
template <class Response>
Task<Result<Response>> after_operation(Platform& platform, rpc::Context& context, Result<Response> response,
                                       Duration wait) {
  if (!response.ok()) co_return response;
  const std::string id = response->operation().id();
  const auto is_done = [id](const Payment& payment) {
    const Operation* operation = find_operation(payment, id);
    return operation == nullptr || is_settled(*operation);
  };
  response = co_await after_wait(platform, context, std::move(response), wait, is_done);
  if (!response.ok()) co_return response;
  if (const Operation* operation = find_operation(response->payment(), id)) *response->mutable_operation() = *operation;
  co_return response;
}

}  // namespace

Task<Result<payments::v1::CreatePaymentResponse>> PaymentService::create_payment(
    const payments::v1::CreatePaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  const auto card = co_await cards_.for_new_payment(context, *tenant, request.payment_method().token());
  auto response = co_await run_command<payments::v1::CreatePaymentResponse>(
      platform_, context, *tenant, request,
      [&](engine::Work& work) { return payments::decide_create(work, settings_, request, card); });
  co_return co_await after_wait(platform_, context, std::move(response), *wait,
                                [](const Payment& payment) { return is_settled(payment); });
}

Task<Result<payments::v1::ConfirmPaymentResponse>> PaymentService::confirm_payment(
    const payments::v1::ConfirmPaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  const auto card =
      co_await cards_.for_payment(context, *tenant, request.payment_method().token(), request.payment_id());
  auto response = co_await run_command<payments::v1::ConfirmPaymentResponse>(
      platform_, context, *tenant, request,
      [&](engine::Work& work) { return payments::decide_confirm(work, settings_, request, card); });
  co_return co_await after_wait(platform_, context, std::move(response), *wait,
                                [](const Payment& payment) { return is_settled(payment); });
}

Task<Result<payments::v1::CapturePaymentResponse>> PaymentService::capture_payment(
    const payments::v1::CapturePaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  auto response = co_await run_command<payments::v1::CapturePaymentResponse>(
      platform_, context, *tenant, request,
      [&](engine::Work& work) { return payments::decide_capture(work, request); });
  co_return co_await after_operation(platform_, context, std::move(response), *wait);
}

Task<Result<payments::v1::CancelPaymentResponse>> PaymentService::cancel_payment(
    const payments::v1::CancelPaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  auto response = co_await run_command<payments::v1::CancelPaymentResponse>(
      platform_, context, *tenant, request, [&](engine::Work& work) { return payments::decide_cancel(work, request); });
  co_return co_await after_wait(platform_, context, std::move(response), *wait,
                                [](const Payment& payment) { return !has_open_void(payment); });
}

Task<Result<payments::v1::RefundPaymentResponse>> PaymentService::refund_payment(
    const payments::v1::RefundPaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  auto response = co_await run_command<payments::v1::RefundPaymentResponse>(
      platform_, context, *tenant, request, [&](engine::Work& work) { return payments::decide_refund(work, request); });
  co_return co_await after_operation(platform_, context, std::move(response), *wait);
}

Task<Result<payments::v1::GetPaymentResponse>> PaymentService::get_payment(
    const payments::v1::GetPaymentRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<payments::v1::GetPaymentResponse>(
      platform_, context, [&](const store::Reader& reader) { return payments::get_payment(reader, *tenant, request); });
}

Task<Result<payments::v1::ListPaymentsResponse>> PaymentService::list_payments(
    const payments::v1::ListPaymentsRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<payments::v1::ListPaymentsResponse>(
      platform_, context,
      [&](const store::Reader& reader) { return payments::list_payments(reader, *tenant, request); });
}

}  // namespace florin::api
