#include "payments/apply.h"

#include <algorithm>

#include "base/check.h"
#include "contracts/convert.h"
#include "engine/format.h"
#include "florin/payments/v1/events.pb.h"
#include "ledger/u128.h"
#include "payments/fold.h"
#include "payments/offers.h"
#include "payments/postings.h"
#include "payments/rows.h"
#include "payments/webhook_key.h"

namespace florin::payments {
namespace {

using engine::EventContext;

PaymentRow load(const EventContext& context, std::string_view payment_id, const store::Reader& reader) {
  const auto id = PaymentId::parse(payment_id);
  CHECK(id, "event about a payment without an id");
  auto row = find_payment(reader, context.tenant, *id);
  CHECK(row, "event about payment {}, which is not there", payment_id);
  return std::move(*row);
}

void save(const EventContext& context, PaymentRow& row, store::Writer& writer) {
  refresh(row);
  *row.mutable_payment()->mutable_update_time() = contracts::to_message(context.time);
  payment_table().put(writer, payment_key(context.tenant, id_of(row)), row);
}

// The method that a PaymentCreated or an AttemptStarted brings, in place of the one before.
template <class Event>
void apply_method(const Event& event, PaymentRow& row) {
  v1::PaymentMethod& method = *row.mutable_payment()->mutable_payment_method();
  method.set_token(event.payment_method_token());
  method.set_kind(kind_of_token(method.token()));
  method.clear_card();
  if (event.has_card()) *method.mutable_card() = event.card();
  row.set_vault_claimant(event.vault_claimant());
}

void apply_created(const EventContext& context, const v1::PaymentCreated& event, store::Writer& writer) noexcept {
  PaymentRow row;
  row.set_tenant(contracts::to_bytes(context.tenant.position));
  v1::Payment& payment = *row.mutable_payment();
  payment.set_id(event.payment_id());
  payment.mutable_amount()->set_currency(event.currency());
  payment.mutable_amount()->set_minor(event.amount_minor());
  payment.set_capture_method(event.capture_method());
  if (!event.payment_method_token().empty()) apply_method(event, row);
  payment.set_description(event.description());
  payment.set_statement_descriptor(event.statement_descriptor());
  payment.set_reference(event.reference());
  payment.set_return_url(event.return_url());
  *payment.mutable_metadata() = event.metadata();
  *payment.mutable_create_time() = contracts::to_message(context.time);
  payment.set_trace_id(engine::format_trace_id(context.trace));
  payment.set_ledger_transaction_id(ledger_transaction_of(*PaymentId::parse(event.payment_id())).hex());
  save(context, row, writer);
}

void apply_attempt_started(const EventContext& context, const v1::AttemptStarted& event,
                           store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  v1::Payment& payment = *row.mutable_payment();
  v1::Attempt& attempt = *payment.add_attempts();
  attempt.set_id(event.attempt_id());
  attempt.set_status(v1::ATTEMPT_STATUS_SENT);
  attempt.set_connector(event.connector());
  attempt.set_psp_account(event.psp_account());
  attempt.set_routing_reason(event.routing_reason());
  *attempt.mutable_create_time() = contracts::to_message(context.time);
  *attempt.mutable_update_time() = contracts::to_message(context.time);
  row.add_attempts();
  apply_method(event, row);
  if (!event.return_url().empty()) payment.set_return_url(event.return_url());
  payment.clear_last_failure();
  save(context, row, writer);
}

// Moves the amounts that the attempt's new status brings.
void apply_attempt_money(const v1::AttemptUpdated& event, AttemptDetail& detail) {
  switch (event.status()) {
    case v1::ATTEMPT_STATUS_AUTHORIZED:
      detail.set_authorized_minor(event.authorized_minor());
      detail.set_open_minor(event.authorized_minor());
      detail.set_authorization_transfer_id(event.authorization_transfer_id());
      break;
    case v1::ATTEMPT_STATUS_CAPTURED:
      detail.set_authorized_minor(event.authorized_minor());
      detail.set_captured_minor(event.captured_minor());
      break;
    case v1::ATTEMPT_STATUS_VOIDED:
      detail.set_open_minor(0);
      detail.clear_authorization_transfer_id();
      break;
    default:
      break;
  }
}

int index_of_attempt(const PaymentRow& row, std::string_view attempt_id) {
  const auto index = attempt_index(row, attempt_id);
  CHECK(index, "payment {} has no attempt {}", row.payment().id(), attempt_id);
  return *index;
}

void apply_attempt_updated(const EventContext& context, const v1::AttemptUpdated& event,
                           store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  const int index = index_of_attempt(row, event.attempt_id());
  v1::Payment& payment = *row.mutable_payment();
  v1::Attempt& attempt = *payment.mutable_attempts(index);
  attempt.set_status(event.status());
  if (!event.psp_reference().empty()) attempt.set_psp_reference(event.psp_reference());
  *attempt.mutable_update_time() = contracts::to_message(context.time);
  if (event.has_failure()) {
    *attempt.mutable_failure() = event.failure();
    *payment.mutable_last_failure() = event.failure();
  } else {
    payment.clear_last_failure();
  }
  if (event.status() == v1::ATTEMPT_STATUS_ACTION_REQUIRED) {
    *payment.mutable_action() = event.action();
    payment.mutable_action()->set_redirect_url(event.action_url());
  }
  if (event.has_expire_time()) *payment.mutable_expire_time() = event.expire_time();
  apply_attempt_money(event, *row.mutable_attempts(index));
  save(context, row, writer);
}

void apply_operation_reserved(const EventContext& context, const v1::OperationReserved& event,
                              store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  v1::Operation& operation = *row.mutable_payment()->add_operations();
  operation.set_id(event.operation_id());
  operation.set_kind(event.kind());
  operation.set_status(v1::OPERATION_STATUS_SENT);
  operation.set_amount_minor(event.amount_minor());
  operation.set_reason(event.reason());
  *operation.mutable_create_time() = contracts::to_message(context.time);
  *operation.mutable_update_time() = contracts::to_message(context.time);
  OperationDetail& detail = *row.add_operations();
  detail.set_attempt_id(event.attempt_id());
  detail.set_final_capture(event.final_capture());
  detail.set_reservation_transfer_id(event.reservation_transfer_id());
  detail.set_void_cause(event.void_cause());
  detail.set_surplus(event.surplus());
  if (detail.surplus()) {
    const int index = index_of_attempt(row, event.attempt_id());
    AttemptDetail& attempt = *row.mutable_attempts(index);
    attempt.set_surplus_tries(attempt.surplus_tries() + 1);
    attempt.set_displaced(attempt.displaced() || has_other_winner(row, index));
  }
  save(context, row, writer);
}

// Moves the amounts of a capture or void that succeeded; a refund's follow from its status.
void apply_operation_money(const v1::OperationUpdated& event, int index, PaymentRow& row) {
  const v1::Operation& operation = row.payment().operations(index);
  const int attempt_at = index_of_attempt(row, row.operations(index).attempt_id());
  AttemptDetail& attempt = *row.mutable_attempts(attempt_at);
  if (row.operations(index).surplus()) {
    attempt.set_surplus_tries(0);
    attempt.set_surplus_given_up(false);
  }
  if (operation.kind() == v1::OPERATION_KIND_CAPTURE) {
    attempt.set_captured_minor(attempt.captured_minor() + operation.amount_minor());
    attempt.set_open_minor(std::max<std::int64_t>(attempt.open_minor() - operation.amount_minor(), 0));
    attempt.set_authorization_transfer_id(event.authorization_transfer_id());
    // A capture that had counted as failed was done before the void of the rest.
    v1::Attempt& shown = *row.mutable_payment()->mutable_attempts(attempt_at);
    if (shown.status() == v1::ATTEMPT_STATUS_VOIDED) shown.set_status(v1::ATTEMPT_STATUS_CAPTURED);
  } else if (operation.kind() == v1::OPERATION_KIND_VOID) {
    attempt.set_open_minor(0);
    attempt.clear_authorization_transfer_id();
  }
}

void apply_operation_updated(const EventContext& context, const v1::OperationUpdated& event,
                             store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  const auto index = operation_index(row, event.operation_id());
  CHECK(index, "payment {} has no operation {}", event.payment_id(), event.operation_id());
  v1::Operation& operation = *row.mutable_payment()->mutable_operations(*index);
  operation.set_status(event.status());
  if (!event.psp_reference().empty()) operation.set_psp_reference(event.psp_reference());
  if (event.has_failure()) *operation.mutable_failure() = event.failure();
  *operation.mutable_update_time() = contracts::to_message(context.time);
  if (event.status() == v1::OPERATION_STATUS_SUCCEEDED) apply_operation_money(event, *index, row);
  save(context, row, writer);
}

void apply_operation_corrected(const EventContext& context, const v1::OperationCorrected& event,
                               store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  const auto index = operation_index(row, event.operation_id());
  CHECK(index, "payment {} has no operation {}", event.payment_id(), event.operation_id());
  v1::Operation& operation = *row.mutable_payment()->mutable_operations(*index);
  operation.set_status(v1::OPERATION_STATUS_SENT);
  operation.clear_failure();
  *operation.mutable_update_time() = contracts::to_message(context.time);
  row.mutable_operations(*index)->set_reservation_transfer_id(event.reservation_transfer_id());
  save(context, row, writer);
}

void apply_surplus_given_up(const EventContext& context, const v1::SurplusGivenUp& event,
                            store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  row.mutable_attempts(index_of_attempt(row, event.attempt_id()))->set_surplus_given_up(true);
  save(context, row, writer);
}

void apply_canceled(const EventContext& context, const v1::PaymentCanceled& event, store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  row.set_canceled(true);
  save(context, row, writer);
}

void apply_expired(const EventContext& context, const v1::PaymentExpired& event, store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  row.set_expired(true);
  save(context, row, writer);
}

void apply_inquiry_sent(const EventContext& context, const v1::InquirySent& event, store::Writer& writer) noexcept {
  PaymentRow row = load(context, event.payment_id(), writer);
  if (const auto attempt = attempt_index(row, event.about_id()))
    row.mutable_attempts(*attempt)->set_inquiries(event.number());
  if (const auto operation = operation_index(row, event.about_id())) {
    row.mutable_operations(*operation)->set_inquiries(event.number());
  }
  save(context, row, writer);
}

void apply_webhook_received(const EventContext& context, const v1::WebhookReceived& event,
                            store::Writer& writer) noexcept {
  state::v1::WebhookRow row;
  row.set_position(contracts::to_bytes(context.position));
  row.set_tenant(contracts::to_bytes(context.tenant.position));
  row.set_payment_id(context.subject);
  row.set_connector(event.connector());
  row.set_psp_account(event.psp_account());
  *row.mutable_content() = event.webhook();
  row.set_time_us(context.time.micros);
  row.set_trace_id(std::string(context.trace.trace_id.begin(), context.trace.trace_id.end()));
  row.set_body_bytes(static_cast<std::uint32_t>(event.body().size()));
  if (context.subject.empty()) row.set_body(event.body());
  webhook_table().put(writer, webhook_key(event), row);
}

// The shopper's return changes nothing by itself; the inquiry that follows does.
void apply_shopper_returned(const EventContext&, const v1::ShopperReturned&, store::Writer&) noexcept {}

void apply_psp_account_connected(const EventContext& context, const v1::PspAccountConnected& event,
                                 store::Writer& writer) noexcept {
  state::v1::PspAccountRow row;
  row.set_connector(event.connector());
  row.set_psp_account(event.psp_account());
  psp_account_table().put(writer, store::Key().id(context.tenant).text(event.connector()).text(event.psp_account()),
                          row);
}

}  // namespace

void register_events(engine::Registry& registry) {
  registry.on_event<v1::PaymentCreated>(&apply_created);
  registry.on_event<v1::AttemptStarted>(&apply_attempt_started);
  registry.on_event<v1::AttemptUpdated>(&apply_attempt_updated);
  registry.on_event<v1::OperationReserved>(&apply_operation_reserved);
  registry.on_event<v1::OperationUpdated>(&apply_operation_updated);
  registry.on_event<v1::PaymentCanceled>(&apply_canceled);
  registry.on_event<v1::PaymentExpired>(&apply_expired);
  registry.on_event<v1::InquirySent>(&apply_inquiry_sent);
  registry.on_event<v1::WebhookReceived>(&apply_webhook_received);
  registry.on_event<v1::ShopperReturned>(&apply_shopper_returned);
  registry.on_event<v1::PspAccountConnected>(&apply_psp_account_connected);
  registry.on_event<v1::OperationCorrected>(&apply_operation_corrected);
  registry.on_event<v1::SurplusGivenUp>(&apply_surplus_given_up);
}

}  // namespace florin::payments
