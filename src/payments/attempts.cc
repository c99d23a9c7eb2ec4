#include "payments/attempts.h"

#include <algorithm>

#include "contracts/convert.h"
#include "payments/consequences.h"
#include "payments/fold.h"
#include "payments/inquiries.h"
#include "payments/limits.h"
#include "payments/operations.h"
#include "payments/postings.h"
#include "payments/psp_calls.h"
#include "payments/routing.h"
#include "payments/surplus.h"

namespace florin::payments {
namespace {

using connectors::v1::PspReply;

Error refuse_start(std::string_view reason, std::string message) {
  return failed_precondition(reason, std::move(message));
}

Status may_start(const PaymentRow& row, const AttemptStart& start) {
  switch (row.payment().status()) {
    case v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD:
    case v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION:
      break;
    case v1::PAYMENT_STATUS_REQUIRES_ACTION:
      return refuse_start(
          "payment_requires_action",
          "The shopper must first do what the payment's action asks; cancel the payment to give it up.");
    case v1::PAYMENT_STATUS_PROCESSING:
      return refuse_start("payment_processing",
                          "An attempt is under way; read the payment until its outcome is known.");
    default:
      return refuse_start("payment_not_confirmable", "The payment has already been paid or has ended; make a new one.");
  }
  if (open_attempt(row)) {
    return refuse_start("payment_processing",
                        "An earlier attempt has no outcome yet; read the payment until it is known.");
  }
  if (row.payment().attempts_size() >= attempts_max) {
    return refuse_start("payment_attempts_exhausted", "The payment has used up its attempts; make a new payment.");
  }
  if (start.method.token.empty()) {
    return invalid_argument("payment_method_required", "Give a payment method.")
        .with_violation("payment_method.token", "is required to confirm this payment");
  }
  return ok();
}

// The status that the provider's answer gives an attempt.
v1::AttemptStatus status_from(const Settings& settings, const v1::Attempt& attempt, const AttemptNews& news) {
  using namespace connectors::v1;
  switch (news.reply.status()) {
    case PSP_STATUS_AUTHORIZED:
      return v1::ATTEMPT_STATUS_AUTHORIZED;
    case PSP_STATUS_CAPTURED:
      return v1::ATTEMPT_STATUS_CAPTURED;
    case PSP_STATUS_ACTION_REQUIRED:
      return v1::ATTEMPT_STATUS_ACTION_REQUIRED;
    case PSP_STATUS_PENDING:
      return v1::ATTEMPT_STATUS_PENDING;
    case PSP_STATUS_DECLINED_SOFT:
      return v1::ATTEMPT_STATUS_DECLINED_SOFT;
    case PSP_STATUS_DECLINED_HARD:
      return v1::ATTEMPT_STATUS_DECLINED_HARD;
    case PSP_STATUS_VOIDED:
      return v1::ATTEMPT_STATUS_VOIDED;
    case PSP_STATUS_ABSENT: {
      const auto proven_after = settings.provider_rules(attempt.connector()).absence_proven_after;
      const Duration since_last_try = news.asked - contracts::from_message(attempt.update_time());
      const bool is_proof = proven_after && since_last_try >= *proven_after;
      return is_proof ? v1::ATTEMPT_STATUS_NOT_SENT : v1::ATTEMPT_STATUS_UNKNOWN;
    }
    default:
      return v1::ATTEMPT_STATUS_UNKNOWN;
  }
}

bool amounts_make_sense(const PaymentRow& row, v1::AttemptStatus status, const PspReply& reply) {
  if (!is_won(status)) return true;
  const std::int64_t asked = row.payment().amount().minor();
  if (reply.authorized_minor() <= 0 || reply.authorized_minor() > asked) return false;
  if (status == v1::ATTEMPT_STATUS_CAPTURED) {
    return reply.captured_minor() > 0 && reply.captured_minor() <= reply.authorized_minor();
  }
  return true;
}

// The shopper can only do what is said.
bool asks_for_something(const PspReply& reply) {
  return !reply.action_url().empty() || !reply.action().app_url().empty() || reply.action().has_bank_transfer();
}

bool makes_sense(const PaymentRow& row, v1::AttemptStatus status, const PspReply& reply) {
  if (status == v1::ATTEMPT_STATUS_ACTION_REQUIRED) return asks_for_something(reply);
  return amounts_make_sense(row, status, reply);
}

// What the provider asks of the shopper, beside a page to visit; it ends no later than this platform stops waiting.
v1::Action action_of(const connectors::v1::PspAction& asked, Timestamp now) {
  v1::Action action;
  action.set_app_url(asked.app_url());
  if (asked.has_bank_transfer()) {
    v1::BankTransfer& transfer = *action.mutable_bank_transfer();
    transfer.set_account_holder(asked.bank_transfer().account_holder());
    transfer.set_account_number(asked.bank_transfer().account_number());
    transfer.set_bank_code(asked.bank_transfer().bank_code());
    transfer.set_bank_name(asked.bank_transfer().bank_name());
    transfer.set_reference(asked.bank_transfer().reference());
  }
  if (asked.expire_time_micros() > 0) {
    const Timestamp end = std::min(Timestamp{asked.expire_time_micros()}, now + action_lifetime_max);
    *action.mutable_expire_time() = contracts::to_message(end);
  }
  action.set_test_url(asked.test_url());
  return action;
}

// An open attempt may become anything else; a lost one only won (the provider took money after all); an authorization
// may turn out to have been released at the provider, unless a capture or void of ours will tell.
bool may_become(const PaymentRow& row, int attempt, v1::AttemptStatus after) {
  const v1::AttemptStatus before = row.payment().attempts(attempt).status();
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  if (before == after) return false;
  if (is_open(before)) return after != v1::ATTEMPT_STATUS_SENT;
  if (before == v1::ATTEMPT_STATUS_AUTHORIZED && after == v1::ATTEMPT_STATUS_VOIDED) {
    return row.attempts(attempt).captured_minor() == 0 &&
           !has_open_operation(row, v1::OPERATION_KIND_CAPTURE, attempt_id) &&
           !has_open_operation(row, v1::OPERATION_KIND_VOID, attempt_id);
  }
  return is_lost(before) && is_won(after);
}

// A read may show that a void was done before its own answer does.
std::optional<common::v1::PaymentFailure> failure_of_open_void(const PaymentRow& row, std::string_view attempt_id) {
  for (int i = 0; i < row.operations_size(); ++i) {
    const v1::Operation& operation = row.payment().operations(i);
    if (operation.kind() != v1::OPERATION_KIND_VOID || !is_open(operation.status())) continue;
    if (row.operations(i).attempt_id() == attempt_id) return failure_of_void(row.operations(i).void_cause());
  }
  return std::nullopt;
}

v1::AttemptUpdated make_update(const PaymentRow& row, const AttemptNews& news, v1::AttemptStatus status,
                               Timestamp now) {
  v1::AttemptUpdated event;
  event.set_payment_id(row.payment().id());
  event.set_attempt_id(news.attempt_id);
  event.set_status(status);
  event.set_psp_reference(news.reply.psp_reference());
  event.set_source(news.source);
  if (news.reply.has_failure()) *event.mutable_failure() = news.reply.failure();
  if (status == v1::ATTEMPT_STATUS_ACTION_REQUIRED) {
    event.set_action_url(news.reply.action_url());
    if (news.reply.has_action()) *event.mutable_action() = action_of(news.reply.action(), now);
  }
  if (status == v1::ATTEMPT_STATUS_VOIDED && !event.has_failure()) {
    const auto failure = failure_of_open_void(row, news.attempt_id);
    if (failure) *event.mutable_failure() = *failure;
  }
  if (status == v1::ATTEMPT_STATUS_NOT_SENT) {
    common::v1::PaymentFailure& failure = *event.mutable_failure();
    failure.set_code(common::v1::FAILURE_CODE_NOT_PROCESSED);
    failure.set_actor(common::v1::FAILURE_ACTOR_PROVIDER);
    failure.set_retryable(true);
    failure.set_message("The provider never received the request; nothing was charged. Confirm again.");
  }
  return event;
}

void set_authorization_timer(engine::Work& work, const PaymentRow& row, Timestamp due) {
  work.set_timer({.kind = std::string(authorization_timer), .subject = row.payment().id(), .due = due, .payload = {}});
}

// Posts the money that the news brings and completes the event with it.
void post_winnings(engine::Work& work, const PaymentRow& row, const AttemptNews& news, v1::AttemptUpdated& event) {
  const PostingPlace place{row, row.payment().attempts(*attempt_index(row, news.attempt_id)).connector()};
  event.set_authorized_minor(news.reply.authorized_minor());
  if (event.status() == v1::ATTEMPT_STATUS_CAPTURED) {
    event.set_captured_minor(news.reply.captured_minor());
    post_captured_at_once(work, place, news.reply.captured_minor());
    return;
  }
  event.set_authorization_transfer_id(post_authorized(work, place, news.reply.authorized_minor()));
  const Timestamp due = work.now() + authorization_lifetime;
  *event.mutable_expire_time() = contracts::to_message(due);
  set_authorization_timer(work, row, due);
}

void after_winning(engine::Work& work, const PaymentRow& before, std::string_view attempt_id) {
  const PaymentRow row = reload(work.state(), before);
  const int attempt = *attempt_index(row, attempt_id);
  if (surplus_minor(row, attempt) > 0) return give_back_surplus(work, row, attempt);
  // One that was to give way and could not may hold money still.
  if (row.attempts_size() > 1) give_back_all(work, row);
  const bool wants_capture = row.payment().capture_method() == v1::CAPTURE_METHOD_AUTOMATIC;
  if (wants_capture && row.payment().attempts(attempt).status() == v1::ATTEMPT_STATUS_AUTHORIZED) {
    capture_attempt(work, row, attempt, {.amount_minor = row.attempts(attempt).open_minor(), .is_final = true});
  }
}

}  // namespace

Status start_attempt(engine::Work& work, const Settings& settings, const PaymentRow& row, const AttemptStart& start) {
  RETURN_IF_ERROR(may_start(row, start));
  ASSIGN_OR_RETURN(const Route route, choose_route(work.state(), tenant_of(row)));
  v1::AttemptStarted event;
  event.set_payment_id(row.payment().id());
  event.set_attempt_id(work.new_id<AttemptTag>().to_string());
  event.set_connector(route.connector);
  event.set_psp_account(route.psp_account);
  event.set_payment_method_token(start.method.token);
  if (!start.method.vault_claimant.empty()) {
    *event.mutable_card() = start.method.card;
    event.set_vault_claimant(start.method.vault_claimant);
  }
  event.set_return_url(start.return_url);
  event.set_routing_reason(route.reason);
  work.emit(row.payment().id(), event);
  const PaymentRow started = reload(work.state(), row);
  ask_to_authorize(work, settings, started, started.payment().attempts_size() - 1);
  return ok();
}

void record_attempt_news(engine::Work& work, const Settings& settings, const PaymentRow& row, const AttemptNews& news) {
  const auto index = attempt_index(row, news.attempt_id);
  if (!index) return;
  if (news.source == v1::SOURCE_INQUIRY) ask_about_contradicted(work, row, *index, news.reply);
  const v1::Attempt& attempt = row.payment().attempts(*index);
  v1::AttemptStatus status = status_from(settings, attempt, news);
  if (!makes_sense(row, status, news.reply)) status = v1::ATTEMPT_STATUS_UNKNOWN;
  // Not knowing is no news about an attempt of which something is known already.
  const bool knows_less = status == v1::ATTEMPT_STATUS_UNKNOWN && attempt.status() != v1::ATTEMPT_STATUS_SENT;
  if (knows_less || !may_become(row, *index, status)) return;

  v1::AttemptUpdated event = make_update(row, news, status, work.now());
  if (is_won(status)) post_winnings(work, row, news, event);
  if (row.attempts(*index).open_minor() > 0) {
    post_authorization_ended(work, {row, attempt.connector()}, row.attempts(*index).authorization_transfer_id());
  }
  work.emit(row.payment().id(), event);
  if (attempt.status() == v1::ATTEMPT_STATUS_SENT && is_open(status)) {
    start_inquiries(work, row.payment().id(), news.attempt_id);
  }
  if (is_won(status)) after_winning(work, row, news.attempt_id);
}

void record_attempt_not_sent(engine::Work& work, const PaymentRow& row, std::string_view attempt_id) {
  const auto index = attempt_index(row, attempt_id);
  if (!index || row.payment().attempts(*index).status() != v1::ATTEMPT_STATUS_SENT) return;
  const AttemptNews news{std::string(attempt_id), {}, v1::SOURCE_EXECUTOR, work.now()};
  work.emit(row.payment().id(), make_update(row, news, v1::ATTEMPT_STATUS_NOT_SENT, work.now()));
}

void record_attempt_unknown(engine::Work& work, const PaymentRow& row, std::string_view attempt_id) {
  const auto index = attempt_index(row, attempt_id);
  if (!index || row.payment().attempts(*index).status() != v1::ATTEMPT_STATUS_SENT) return;
  const AttemptNews news{std::string(attempt_id), {}, v1::SOURCE_EXECUTOR, work.now()};
  work.emit(row.payment().id(), make_update(row, news, v1::ATTEMPT_STATUS_UNKNOWN, work.now()));
  start_inquiries(work, row.payment().id(), attempt_id);
}

void on_authorization_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = PaymentId::parse(timer.subject);
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  const auto deciding = row ? deciding_attempt(*row) : std::nullopt;
  if (!deciding || row->attempts(*deciding).open_minor() == 0) return;
  const int attempt = *deciding;
  const std::string& attempt_id = row->payment().attempts(attempt).id();
  if (!has_open_operation(*row, v1::OPERATION_KIND_CAPTURE, attempt_id)) {
    void_attempt(work, *row, attempt, {.cause = v1::VOID_CAUSE_EXPIRED});
  }
  // Looks again, for the void may fail and the capture may leave a rest.
  set_authorization_timer(work, *row, work.now() + expiry_retry_wait);
}

}  // namespace florin::payments
