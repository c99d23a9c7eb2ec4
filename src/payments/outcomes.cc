#include "payments/outcomes.h"

#include "florin/connectors/v1/psp.pb.h"
#include "payments/attempts.h"
#include "payments/inquiries.h"
#include "payments/operations.h"
#include "payments/rows.h"

namespace florin::payments {
namespace {

using connectors::v1::PspReply;
using connectors::v1::PspRequest;

bool is_read(const PspRequest& request) {
  return request.operation() == connectors::v1::PSP_OPERATION_READ_PAYMENT ||
         request.operation() == connectors::v1::PSP_OPERATION_READ_OPERATION;
}

bool is_about_attempt(const PspRequest& request) {
  return request.operation() == connectors::v1::PSP_OPERATION_AUTHORIZE ||
         request.operation() == connectors::v1::PSP_OPERATION_READ_PAYMENT;
}

// A reply that cannot be read says nothing.
PspReply read_reply(const engine::EffectResult& result) {
  PspReply reply;
  if (!reply.ParseFromString(result.reply)) {
    reply.Clear();
    reply.set_status(connectors::v1::PSP_STATUS_UNCLEAR);
  }
  return reply;
}

bool is_clear(const engine::EffectResult& result) {
  return result.outcome == engine::v1::EFFECT_OUTCOME_ANSWERED &&
         read_reply(result).status() != connectors::v1::PSP_STATUS_UNCLEAR;
}

}  // namespace

void on_psp_outcome(engine::Work& work, const Settings& settings, const engine::Effect& effect,
                    const engine::EffectResult& result) {
  PspRequest request;
  const bool readable = request.ParseFromString(effect.payload);
  CHECK(readable, "effect {} does not hold what was put into it", effect.id.to_string());
  const auto id = PaymentId::parse(request.reference());
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  CHECK(row, "effect {} is for no payment", effect.id.to_string());

  const bool answered = result.outcome == engine::v1::EFFECT_OUTCOME_ANSWERED;
  const bool reads_operation = request.operation() == connectors::v1::PSP_OPERATION_READ_OPERATION;
  const std::string& about = reads_operation ? request.read_idempotency_key() : request.idempotency_key();
  // An inquiry that got no answer changes nothing; its chain of timers goes on.
  const bool reads_status = settings.provider_rules(request.connector()).reads_status;
  if (is_read(request) && !is_clear(result) && reads_status) keep_doubt(work, *row, about);
  if (is_read(request) && !answered) return;
  const v1::Source source = is_read(request) ? v1::SOURCE_INQUIRY : v1::SOURCE_REPLY;
  const Timestamp asked{request.decided_time_micros()};
  const bool not_sent = result.outcome == engine::v1::EFFECT_OUTCOME_NOT_SENT;
  if (is_about_attempt(request)) {
    if (answered) {
      record_attempt_news(work, settings, *row, {about, read_reply(result), source, asked});
    } else if (not_sent) {
      record_attempt_not_sent(work, *row, about);
    } else {
      record_attempt_unknown(work, *row, about);
    }
  } else {
    if (answered) {
      record_operation_news(work, settings, *row, {about, read_reply(result), source, asked});
    } else if (not_sent) {
      record_operation_not_sent(work, *row, about);
    } else {
      record_operation_unknown(work, *row, about);
    }
  }
}

}  // namespace florin::payments
