#include "payments/timeline.h"

#include <fmt/format.h>

#include <functional>
#include <unordered_map>

#include "base/money.h"
#include "contracts/convert.h"
#include "engine/events.h"
#include "engine/format.h"
#include "florin/common/v1/options.pb.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/limits.h"

namespace florin::payments {
namespace {

// What a sentence needs of the payment around the event.
struct Scene {
  const v1::Payment& payment;

  std::string money(std::int64_t minor) const {
    const auto currency = Currency::parse(payment.amount().currency());
    return currency ? Money{*currency, minor}.to_string() : std::string();
  }
};

std::string because(const common::v1::PaymentFailure& failure) {
  if (failure.message().empty()) return {};
  return fmt::format(": {}", failure.message());
}

std::string_view learnt_by(v1::Source source) {
  switch (source) {
    case v1::SOURCE_INQUIRY:
      return " (learnt by asking the provider)";
    case v1::SOURCE_WEBHOOK:
      return " (learnt by webhook)";
    default:
      return "";
  }
}

std::string say(const Scene& scene, const v1::PaymentCreated& event) {
  return fmt::format("Payment of {} created", scene.money(event.amount_minor()));
}

std::string say(const Scene&, const v1::AttemptStarted& event) {
  return fmt::format("Attempt started at {}/{}: {}", event.connector(), event.psp_account(), event.routing_reason());
}

std::string say_action(const v1::Action& action) {
  if (!action.app_url().empty()) return "The shopper must approve the payment in an app";
  if (action.has_bank_transfer()) return "The shopper must send the money from their bank";
  return "The shopper must pass a challenge";
}

std::string say_status(const Scene& scene, const v1::AttemptUpdated& event) {
  switch (event.status()) {
    case v1::ATTEMPT_STATUS_AUTHORIZED:
      return fmt::format("{} authorized", scene.money(event.authorized_minor()));
    case v1::ATTEMPT_STATUS_CAPTURED:
      return fmt::format("{} paid", scene.money(event.captured_minor()));
    case v1::ATTEMPT_STATUS_DECLINED_SOFT:
    case v1::ATTEMPT_STATUS_DECLINED_HARD:
      return "Declined" + because(event.failure());
    case v1::ATTEMPT_STATUS_ACTION_REQUIRED:
      return say_action(event.action());
    case v1::ATTEMPT_STATUS_PENDING:
      return "Accepted by the provider; the outcome comes later";
    case v1::ATTEMPT_STATUS_NOT_SENT:
      return "The provider never received the attempt; nothing was charged";
    case v1::ATTEMPT_STATUS_UNKNOWN:
      return "The outcome is not known yet; the provider is being asked";
    case v1::ATTEMPT_STATUS_VOIDED:
      return "The attempt was voided" + because(event.failure());
    default:
      return "The attempt changed";
  }
}

std::string say(const Scene& scene, const v1::AttemptUpdated& event) {
  return fmt::format("{}{}", say_status(scene, event), learnt_by(event.source()));
}

std::string_view name_of(v1::OperationKind kind) {
  switch (kind) {
    case v1::OPERATION_KIND_CAPTURE:
      return "Capture";
    case v1::OPERATION_KIND_VOID:
      return "Void";
    default:
      return "Refund";
  }
}

std::string say(const Scene& scene, const v1::OperationReserved& event) {
  return fmt::format("{} of {} asked for", name_of(event.kind()), scene.money(event.amount_minor()));
}

std::string_view outcome_of(v1::OperationStatus status) {
  switch (status) {
    case v1::OPERATION_STATUS_SUCCEEDED:
      return "done";
    case v1::OPERATION_STATUS_FAILED:
      return "refused";
    case v1::OPERATION_STATUS_PENDING:
      return "accepted by the provider; the outcome comes later";
    default:
      return "without a known outcome yet; the provider is being asked";
  }
}

std::string say(const Scene& scene, const v1::OperationUpdated& event) {
  for (const v1::Operation& operation : scene.payment.operations()) {
    if (operation.id() != event.operation_id()) continue;
    return fmt::format("{} of {} {}{}{}", name_of(operation.kind()), scene.money(operation.amount_minor()),
                       outcome_of(event.status()), because(event.failure()), learnt_by(event.source()));
  }
  return "An operation changed";
}

std::string say(const Scene& scene, const v1::OperationCorrected& event) {
  for (const v1::Operation& operation : scene.payment.operations()) {
    if (operation.id() != event.operation_id()) continue;
    return fmt::format("Corrected: {} of {} had counted as failed, but the provider has it{}",
                       name_of(operation.kind()), scene.money(operation.amount_minor()), learnt_by(event.source()));
  }
  return "Corrected: an operation had counted as failed";
}

std::string say(const Scene& scene, const v1::SurplusGivenUp& event) {
  return fmt::format(
      "{} that must not be kept could not be given back in {} tries; someone has to see to it at the provider",
      scene.money(event.amount_minor()), event.tries());
}

std::string say(const Scene&, const v1::PaymentCanceled& event) {
  return event.reason().empty() ? std::string("Payment canceled") : fmt::format("Payment canceled: {}", event.reason());
}

std::string say(const Scene&, const v1::PaymentExpired&) {
  return "The authorization lapsed";
}

std::string say(const Scene&, const v1::InquirySent& event) {
  return fmt::format("The provider was asked what became of {} (inquiry {})", event.about_id(), event.number());
}

std::string say(const Scene&, const v1::ShopperReturned&) {
  return "The shopper came back from the provider's page";
}

std::string say(const Scene&, const v1::WebhookReceived& event) {
  return fmt::format("Webhook {} received from {}", event.webhook().event_id(), event.connector());
}

struct Sentence {
  std::string name;
  std::function<std::string(const Scene&, const std::string& payload)> make;
};

template <class Event>
void add_sentence(std::unordered_map<std::uint32_t, Sentence>& sentences) {
  const auto& rules = Event::descriptor()->options().GetExtension(common::v1::event);
  sentences[rules.type()] = {rules.name(), [](const Scene& scene, const std::string& payload) {
                               Event event;
                               return event.ParseFromString(payload) ? say(scene, event) : std::string();
                             }};
}

const std::unordered_map<std::uint32_t, Sentence>& sentences() {
  static const auto all = [] {
    std::unordered_map<std::uint32_t, Sentence> made;
    add_sentence<v1::PaymentCreated>(made);
    add_sentence<v1::AttemptStarted>(made);
    add_sentence<v1::AttemptUpdated>(made);
    add_sentence<v1::OperationReserved>(made);
    add_sentence<v1::OperationUpdated>(made);
    add_sentence<v1::OperationCorrected>(made);
    add_sentence<v1::SurplusGivenUp>(made);
    add_sentence<v1::PaymentCanceled>(made);
    add_sentence<v1::PaymentExpired>(made);
    add_sentence<v1::InquirySent>(made);
    add_sentence<v1::ShopperReturned>(made);
    add_sentence<v1::WebhookReceived>(made);
    return made;
  }();
  return all;
}

}  // namespace

void add_timeline(const store::Reader& reader, TenantId tenant, const v1::Payment& payment,
                  v1::GetPaymentResponse& response) {
  const Scene scene{payment};
  for (const auto& event : engine::list_events(reader, tenant, payment.id(), {}, timeline_entries_max)) {
    const auto sentence = sentences().find(event.type);
    if (sentence == sentences().end()) continue;
    v1::TimelineEntry& entry = *response.add_timeline();
    entry.set_position(engine::format_position(event.context.position));
    entry.set_type(sentence->second.name);
    *entry.mutable_time() = contracts::to_message(event.context.time);
    entry.set_actor(engine::format_actor(event.context.actor));
    entry.set_command(event.context.command);
    entry.set_trace_id(engine::format_trace_id(event.context.trace));
    entry.set_summary(sentence->second.make(scene, event.payload));
  }
}

}  // namespace florin::payments
