// Webhooks: a hint to read the provider where it can be read, a fact where it cannot.
#include "florin/payments/v1/events.pb.h"
#include "payments/attempts.h"
#include "payments/commands.h"
#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/operations.h"
#include "payments/rows.h"
#include "payments/webhook_key.h"

namespace florin::payments {
namespace {

bool says_money_was_taken(const connectors::v1::PspReply& reply) {
  return reply.status() == connectors::v1::PSP_STATUS_AUTHORIZED ||
         reply.status() == connectors::v1::PSP_STATUS_CAPTURED;
}

bool says_operation_happened(const connectors::v1::PspReply& reply) {
  using namespace connectors::v1;
  return reply.status() == PSP_STATUS_SUCCEEDED || reply.status() == PSP_STATUS_CAPTURED ||
         reply.status() == PSP_STATUS_VOIDED || reply.status() == PSP_STATUS_PENDING;
}

// The attempt a webhook is about: the one it names, or else the one the provider's reference names.
std::optional<int> attempt_of(const PaymentRow& row, const connectors::v1::PspWebhook& webhook) {
  if (const auto named = attempt_index(row, webhook.idempotency_key())) return named;
  for (int i = 0; i < row.payment().attempts_size(); ++i) {
    const std::string& reference = row.payment().attempts(i).psp_reference();
    if (!reference.empty() && reference == webhook.psp_reference()) return i;
  }
  return std::nullopt;
}

void follow_attempt(engine::Work& work, const Settings& settings, const PaymentRow& row, int index,
                    const Webhook& webhook) {
  const v1::Attempt& attempt = row.payment().attempts(index);
  const bool reads_status = settings.provider_rules(webhook.connector).reads_status;
  if (reads_status) ask_about_contradicted(work, row, index, webhook.content.reply());
  const bool contradicts = !is_won(attempt.status()) && says_money_was_taken(webhook.content.reply());
  // While the request itself is under way its answer is on the way too.
  const bool awaits_answer = attempt.status() == v1::ATTEMPT_STATUS_SENT;
  if (awaits_answer || (!is_open(attempt.status()) && !contradicts)) return;
  if (reads_status) {
    inquire_now(work, row.payment().id(), attempt.id());
  } else {
    record_attempt_news(work, settings, row, {attempt.id(), webhook.content.reply(), v1::SOURCE_WEBHOOK, work.now()});
  }
}

void follow_operation(engine::Work& work, const Settings& settings, const PaymentRow& row, int index,
                      const Webhook& webhook) {
  const v1::Operation& operation = row.payment().operations(index);
  const bool contradicts =
      operation.status() == v1::OPERATION_STATUS_FAILED && says_operation_happened(webhook.content.reply());
  const bool awaits_answer = operation.status() == v1::OPERATION_STATUS_SENT;
  if (awaits_answer || (!is_open(operation.status()) && !contradicts)) return;
  if (settings.provider_rules(webhook.connector).reads_status) {
    inquire_now(work, row.payment().id(), operation.id());
  } else {
    record_operation_news(work, settings, row,
                          {operation.id(), webhook.content.reply(), v1::SOURCE_WEBHOOK, work.now()});
  }
}

}  // namespace

Status decide_webhook(engine::Work& work, const Settings& settings, const Webhook& webhook) {
  v1::WebhookReceived event;
  event.set_connector(webhook.connector);
  event.set_psp_account(webhook.psp_account);
  event.set_body(webhook.body);
  *event.mutable_webhook() = webhook.content;
  if (webhook_table().has(work.state(), webhook_key(event))) return ok();
  const auto id = PaymentId::parse(webhook.content.reference());
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  work.emit(row ? std::string_view(row->payment().id()) : std::string_view(), event);
  if (!row) return ok();
  if (const auto operation = operation_index(*row, webhook.content.idempotency_key())) {
    follow_operation(work, settings, *row, *operation, webhook);
  } else if (const auto attempt = attempt_of(*row, webhook.content)) {
    follow_attempt(work, settings, *row, *attempt, webhook);
  }
  return ok();
}

}  // namespace florin::payments
