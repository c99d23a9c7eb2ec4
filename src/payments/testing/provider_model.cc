#include "payments/testing/provider_model.h"

#include <algorithm>

#include "base/check.h"

namespace florin::payments {

using namespace connectors::v1;

PspReply ProviderModel::handle(const PspRequest& request, Plan plan) {
  switch (request.operation()) {
    case PSP_OPERATION_AUTHORIZE:
      authorize(request, plan);
      return charge_reply(charges_[find_charge(request)]);
    case PSP_OPERATION_READ_PAYMENT: {
      const std::size_t found = find_charge(request);
      if (found < charges_.size()) return charge_reply(charges_[found]);
      PspReply absent;
      absent.set_status(PSP_STATUS_ABSENT);
      return absent;
    }
    case PSP_OPERATION_READ_OPERATION:
      return operation_reply(request.read_idempotency_key());
    default:
      operate(request, plan);
      return operation_reply(request.idempotency_key());
  }
}

std::size_t ProviderModel::find_charge(const PspRequest& request) const {
  const auto found = std::ranges::find_if(charges_, [&](const Charge& charge) {
    return request.psp_reference().empty() ? charge.key == request.idempotency_key()
                                           : charge.id == request.psp_reference();
  });
  return static_cast<std::size_t>(found - charges_.begin());
}

void ProviderModel::authorize(const PspRequest& request, Plan plan) {
  if (find_charge(request) < charges_.size()) return;
  Charge& charge = charges_.emplace_back();
  charge.key = request.idempotency_key();
  charge.id = "psp_" + std::to_string(charges_.size());
  charge.reference = request.reference();
  charge.capture = request.capture();
  charge.amount = request.amount_minor();
  if (plan == Plan::approve) approve(charge);
  if (plan == Plan::decline) charge.state = Charge::State::declined;
  if (plan == Plan::pending) charge.state = Charge::State::pending;
  if (plan == Plan::challenge) charge.state = Charge::State::challenge;
}

void ProviderModel::approve(Charge& charge) {
  charge.state = Charge::State::approved;
  charge.authorized = charge.amount;
  if (charge.capture) charge.captured = charge.amount;
}

void ProviderModel::operate(const PspRequest& request, Plan plan) {
  for (const Operation& known : operations_) {
    if (known.key == request.idempotency_key()) return;
  }
  const std::size_t index = find_charge(request);
  CHECK(index < charges_.size(), "an operation on a charge that never was");
  Charge& charge = charges_[index];
  Operation& operation = operations_.emplace_back();
  operation.key = request.idempotency_key();
  operation.kind = request.operation();
  operation.charge = index;
  operation.amount = request.amount_minor();
  operation.state = Operation::State::failed;
  const bool is_refund = operation.kind == PSP_OPERATION_REFUND;
  std::int64_t room =
      is_refund ? charge.captured - charge.refunded - charge.refunding : charge.open() - charge.capturing;
  if (operation.kind == PSP_OPERATION_VOID) {
    const bool ends_challenge = charge.state == Charge::State::challenge;
    if (charge.capturing > 0 || (room == 0 && !ends_challenge) || plan == Plan::decline) return;
    operation.amount = room;
    charge.voided += room;
    if (charge.captured == 0) charge.state = Charge::State::voided;
    operation.state = Operation::State::succeeded;
    return;
  }
  if (operation.amount > room || plan == Plan::decline) return;
  (is_refund ? charge.refunding : charge.capturing) += operation.amount;
  operation.state = Operation::State::pending;
  if (plan == Plan::approve) complete(operation);
}

void ProviderModel::complete(Operation& operation) {
  Charge& charge = charges_[operation.charge];
  const bool is_refund = operation.kind == PSP_OPERATION_REFUND;
  (is_refund ? charge.refunding : charge.capturing) -= operation.amount;
  (is_refund ? charge.refunded : charge.captured) += operation.amount;
  operation.state = Operation::State::succeeded;
}

void ProviderModel::settle(std::size_t index, bool approved) {
  Charge& charge = charges_[index];
  if (charge.state != Charge::State::pending && charge.state != Charge::State::challenge) return;
  if (approved) {
    approve(charge);
  } else {
    charge.state = Charge::State::declined;
  }
}

void ProviderModel::settle_operation(std::size_t index, bool approved) {
  Operation& operation = operations_[index];
  if (operation.state != Operation::State::pending) return;
  if (approved) return complete(operation);
  Charge& charge = charges_[operation.charge];
  (operation.kind == PSP_OPERATION_REFUND ? charge.refunding : charge.capturing) -= operation.amount;
  operation.state = Operation::State::failed;
}

PspWebhook ProviderModel::webhook(std::size_t index) {
  const Charge& charge = charges_[index];
  PspWebhook webhook;
  webhook.set_event_id("evt_" + std::to_string(++webhooks_));
  webhook.set_reference(charge.reference);
  webhook.set_psp_reference(charge.id);
  webhook.set_idempotency_key(charge.key);
  webhook.set_operation(PSP_OPERATION_AUTHORIZE);
  *webhook.mutable_reply() = charge_reply(charge);
  return webhook;
}

PspWebhook ProviderModel::operation_webhook(std::size_t index) {
  const Operation& operation = operations_[index];
  PspWebhook about = webhook(operation.charge);
  about.set_idempotency_key(operation.key);
  about.set_operation(operation.kind);
  *about.mutable_reply() = operation_reply(operation.key);
  return about;
}

PspReply ProviderModel::charge_reply(const Charge& charge) const {
  PspReply reply;
  reply.set_psp_reference(charge.id);
  reply.set_authorized_minor(charge.authorized);
  reply.set_captured_minor(charge.captured);
  reply.set_refunded_minor(charge.refunded);
  switch (charge.state) {
    case Charge::State::pending:
      reply.set_status(PSP_STATUS_PENDING);
      break;
    case Charge::State::challenge:
      reply.set_status(PSP_STATUS_ACTION_REQUIRED);
      reply.set_action_url("https://bank.test/" + charge.id);
      break;
    case Charge::State::declined:
      reply.set_status(PSP_STATUS_DECLINED_SOFT);
      break;
    case Charge::State::approved:
      reply.set_status(charge.captured > 0 ? PSP_STATUS_CAPTURED : PSP_STATUS_AUTHORIZED);
      break;
    case Charge::State::voided:
      reply.set_status(PSP_STATUS_VOIDED);
      break;
  }
  return reply;
}

PspReply ProviderModel::operation_reply(std::string_view key) const {
  PspReply reply;
  const auto found = std::ranges::find(operations_, key, &Operation::key);
  if (found == operations_.end()) {
    reply.set_status(PSP_STATUS_ABSENT);
    return reply;
  }
  reply.set_psp_reference(charges_[found->charge].id);
  reply.set_operation_reference("op_" + std::string(key));
  reply.set_operation_minor(found->amount);
  switch (found->state) {
    case Operation::State::pending:
      reply.set_status(PSP_STATUS_PENDING);
      break;
    case Operation::State::succeeded:
      reply.set_status(PSP_STATUS_SUCCEEDED);
      break;
    case Operation::State::failed:
      reply.set_status(PSP_STATUS_FAILED);
      break;
  }
  return reply;
}

}  // namespace florin::payments
