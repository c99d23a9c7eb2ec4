#include "payments/commands.h"

#include "base/money.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/attempts.h"
#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/limits.h"
#include "payments/operations.h"
#include "payments/rows.h"

namespace florin::payments {
namespace {

template <class Response>
Response respond(const engine::Work& work, std::string_view payment_id) {
  const auto row = find_payment(work.state(), work.tenant(), *PaymentId::parse(payment_id));
  CHECK(row);
  Response response;
  *response.mutable_payment() = row->payment();
  return response;
}

// The same, with the operation that was just made.
template <class Response>
Response respond_with(const engine::Work& work, std::string_view payment_id, std::string_view operation_id) {
  auto response = respond<Response>(work, payment_id);
  for (const v1::Operation& operation : response.payment().operations()) {
    if (operation.id() == operation_id) *response.mutable_operation() = operation;
  }
  return response;
}

v1::PaymentCreated make_created(engine::Work& work, const v1::CreatePaymentRequest& request, const Method& method) {
  v1::PaymentCreated event;
  event.set_payment_id(work.new_id<PaymentTag>().to_string());
  event.set_currency(request.amount().currency());
  event.set_amount_minor(request.amount().minor());
  const bool manual = request.capture_method() == v1::CAPTURE_METHOD_MANUAL;
  event.set_capture_method(manual ? v1::CAPTURE_METHOD_MANUAL : v1::CAPTURE_METHOD_AUTOMATIC);
  event.set_payment_method_token(method.token);
  if (!method.vault_claimant.empty()) {
    *event.mutable_card() = method.card;
    event.set_vault_claimant(method.vault_claimant);
  }
  event.set_description(request.description());
  event.set_statement_descriptor(request.statement_descriptor());
  event.set_reference(request.reference());
  event.set_return_url(request.return_url());
  *event.mutable_metadata() = request.metadata();
  return event;
}

Result<Method> method_to_confirm(const PaymentRow& row, const std::string& token, const VaultAnswer& vault) {
  // After a decline the method has to be given anew, be it the same one.
  const bool may_keep = row.payment().status() == v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION;
  const bool is_same = token == row.payment().payment_method().token();
  if (is_same || (token.empty() && may_keep)) return method_of(row);
  return method_of(token, vault);
}

// The amount an operation is to move: what was asked for, or all there is.
struct Amounts {
  std::int64_t available_minor;
  std::string_view exceeded;  // reason when more is asked for
  std::string_view verb;      // "captured"
};

Result<std::int64_t> amount_to_move(const v1::Payment& payment, bool has_amount, const common::v1::Money& amount,
                                    const Amounts& amounts) {
  if (!has_amount) return amounts.available_minor;
  if (amount.currency() != payment.amount().currency()) {
    return invalid_argument("currency_mismatch",
                            fmt::format("The payment is in {}; give the amount in it.", payment.amount().currency()))
        .with_violation("amount.currency", "must be the payment's currency");
  }
  if (amount.minor() > amounts.available_minor) {
    const Money available{*Currency::parse(payment.amount().currency()), amounts.available_minor};
    return failed_precondition(amounts.exceeded,
                               fmt::format("At most {} can still be {}; what is under way is set aside already.",
                                           available.to_string(), amounts.verb));
  }
  return amount.minor();
}

// A void that is under way for another reason ends the attempt, and not the payment: canceling must wait for it.
Status is_free_to_cancel(const PaymentRow& row) {
  for (int i = 0; i < row.operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    const bool is_open_void = operation.kind() == v1::OPERATION_KIND_VOID && is_open(operation.status());
    if (!is_open_void || row.operations(i).void_cause() == v1::VOID_CAUSE_CANCELED) continue;
    return failed_precondition("payment_processing",
                               "The last attempt is being given up at the provider. Cancel when that is done.");
  }
  return ok();
}

Status has_room_for_operation(const PaymentRow& row) {
  if (row.payment().operations_size() < operations_max) return ok();
  return failed_precondition("operations_exhausted",
                             fmt::format("A payment takes at most {} captures, voids and refunds.", operations_max));
}

}  // namespace

Result<v1::CreatePaymentResponse> decide_create(engine::Work& work, const Settings& settings,
                                                const v1::CreatePaymentRequest& request, const VaultAnswer& vault) {
  ASSIGN_OR_RETURN(const Method method, method_of(request.payment_method().token(), vault));
  const v1::PaymentCreated event = make_created(work, request, method);
  work.emit(event.payment_id(), event);
  if (request.confirm()) {
    ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), event.payment_id()));
    RETURN_IF_ERROR(start_attempt(work, settings, row, {method, {}}));
  }
  return respond<v1::CreatePaymentResponse>(work, event.payment_id());
}

Result<v1::ConfirmPaymentResponse> decide_confirm(engine::Work& work, const Settings& settings,
                                                  const v1::ConfirmPaymentRequest& request, const VaultAnswer& vault) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), request.payment_id()));
  ASSIGN_OR_RETURN(const Method method, method_to_confirm(row, request.payment_method().token(), vault));
  RETURN_IF_ERROR(start_attempt(work, settings, row, {method, request.return_url()}));
  return respond<v1::ConfirmPaymentResponse>(work, request.payment_id());
}

Result<v1::CapturePaymentResponse> decide_capture(engine::Work& work, const v1::CapturePaymentRequest& request) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), request.payment_id()));
  RETURN_IF_ERROR(has_room_for_operation(row));
  const std::int64_t capturable = row.payment().capturable_minor();
  if (capturable == 0) {
    return failed_precondition("payment_not_capturable",
                               "Nothing is authorized and uncaptured; what is under way is set aside already.");
  }
  ASSIGN_OR_RETURN(const std::int64_t amount_minor,
                   amount_to_move(row.payment(), request.has_amount(), request.amount(),
                                  {capturable, "amount_exceeds_capturable", "captured"}));
  const int attempt = *deciding_attempt(row);
  const bool takes_all = amount_minor == row.attempts(attempt).open_minor();
  const std::string id = capture_attempt(
      work, row, attempt, {.amount_minor = amount_minor, .is_final = request.final_capture() || takes_all});
  return respond_with<v1::CapturePaymentResponse>(work, request.payment_id(), id);
}

Result<v1::CancelPaymentResponse> decide_cancel(engine::Work& work, const v1::CancelPaymentRequest& request) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), request.payment_id()));
  const auto attempt = deciding_attempt(row);
  switch (row.payment().status()) {
    case v1::PAYMENT_STATUS_CANCELED:
      break;
    case v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD:
    case v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION: {
      v1::PaymentCanceled event;
      event.set_payment_id(request.payment_id());
      event.set_reason(request.reason());
      work.emit(request.payment_id(), event);
      break;
    }
    case v1::PAYMENT_STATUS_REQUIRES_ACTION:
      RETURN_IF_ERROR(is_free_to_cancel(row));
      void_attempt(work, row, *attempt, {.cause = v1::VOID_CAUSE_CANCELED, .reason = request.reason()});
      break;
    case v1::PAYMENT_STATUS_REQUIRES_CAPTURE:
      if (row.payment().captured_minor() > 0 ||
          has_open_operation(row, v1::OPERATION_KIND_CAPTURE, row.payment().attempts(*attempt).id())) {
        return failed_precondition(
            "payment_partially_captured",
            "A part is captured or being captured. Release the rest with a final capture; refund what is "
            "captured.");
      }
      RETURN_IF_ERROR(is_free_to_cancel(row));
      void_attempt(work, row, *attempt, {.cause = v1::VOID_CAUSE_CANCELED, .reason = request.reason()});
      break;
    case v1::PAYMENT_STATUS_PROCESSING:
      return failed_precondition("payment_processing",
                                 "The provider's answer is still open. Wait for it, then cancel or refund.");
    default:
      return failed_precondition("payment_not_cancelable",
                                 "The payment has been paid or has ended. Refund it if it was captured.");
  }
  return respond<v1::CancelPaymentResponse>(work, request.payment_id());
}

Result<v1::RefundPaymentResponse> decide_refund(engine::Work& work, const v1::RefundPaymentRequest& request) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), request.payment_id()));
  RETURN_IF_ERROR(has_room_for_operation(row));
  const std::int64_t refundable = row.payment().refundable_minor();
  if (refundable == 0) {
    return failed_precondition("payment_not_refundable",
                               "Nothing is captured and unrefunded; what is under way is set aside already.");
  }
  ASSIGN_OR_RETURN(const std::int64_t amount_minor,
                   amount_to_move(row.payment(), request.has_amount(), request.amount(),
                                  {refundable, "amount_exceeds_refundable", "refunded"}));
  const std::string id =
      refund_attempt(work, row, *deciding_attempt(row), {.amount_minor = amount_minor, .reason = request.reason()});
  return respond_with<v1::RefundPaymentResponse>(work, request.payment_id(), id);
}

Result<v1::GetPaymentResponse> decide_shopper_returned(engine::Work& work, std::string_view payment_id) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), payment_id));
  const auto attempt = open_attempt(row);
  if (attempt && row.payment().attempts(*attempt).status() == v1::ATTEMPT_STATUS_ACTION_REQUIRED) {
    const std::string& attempt_id = row.payment().attempts(*attempt).id();
    v1::ShopperReturned event;
    event.set_payment_id(std::string(payment_id));
    event.set_attempt_id(attempt_id);
    work.emit(payment_id, event);
    inquire_now(work, payment_id, attempt_id);
  }
  return respond<v1::GetPaymentResponse>(work, payment_id);
}

Status decide_leave_action(engine::Work& work, std::string_view payment_id) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(work.state(), work.tenant(), payment_id));
  const auto attempt = open_attempt(row);
  const bool is_asked = attempt && row.payment().attempts(*attempt).status() == v1::ATTEMPT_STATUS_ACTION_REQUIRED;
  if (!is_asked || has_open_operation(row, v1::OPERATION_KIND_VOID, row.payment().attempts(*attempt).id())) return ok();
  RETURN_IF_ERROR(has_room_for_operation(row));
  void_attempt(work, row, *attempt, {.cause = v1::VOID_CAUSE_SHOPPER_LEFT});
  return ok();
}

Status decide_connect_psp_account(engine::Work& work, TenantId tenant, const PspAccount& account) {
  const store::Key key = store::Key().id(tenant).text(account.connector).text(account.psp_account);
  if (psp_account_table().has(work.state(), key)) return ok();
  v1::PspAccountConnected event;
  event.set_connector(std::string(account.connector));
  event.set_psp_account(std::string(account.psp_account));
  work.emit_for(tenant, {}, event);
  return ok();
}

}  // namespace florin::payments
