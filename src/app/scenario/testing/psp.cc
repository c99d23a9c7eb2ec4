#include "app/scenario/testing/psp.h"

#include <algorithm>

#include "base/check.h"
#include "connectors/all/all_connectors.h"
#include "connectors/sandbox/sandbox.h"

namespace florin::app::scenario {
namespace {

using effects::SendResult;
using effects::TryOutcome;
using effects::TryResult;

constexpr std::size_t webhook_batch = 100;
constexpr int tries_of_unknown_fate_max = 2;

connectors::Account make_account() {
  return {.connector = "sandbox",
          .account = "default",
          .base_url = "http://psp.test",
          .api_key = "sk_scenario",
          .webhook_secret = "whsec_scenario",
          .return_base_url = {}};
}

sandbox_psp::ServiceOptions service_options(const connectors::Account& account) {
  sandbox_psp::ServiceOptions options;
  options.api_key = account.api_key;
  options.webhook_secret = account.webhook_secret;
  return options;
}

SendResult lost() {
  return {.outcome = TryOutcome::unknown, .detail = "No answer came."};
}

bool is_open(const TryResult& result) {
  return result.outcome == TryOutcome::unknown || result.inconclusive;
}

engine::v1::EffectOutcome outcome_of(TryOutcome outcome) {
  switch (outcome) {
    case TryOutcome::answered:
      return engine::v1::EFFECT_OUTCOME_ANSWERED;
    case TryOutcome::not_sent:
      return engine::v1::EFFECT_OUTCOME_NOT_SENT;
    default:
      return engine::v1::EFFECT_OUTCOME_UNKNOWN;
  }
}

}  // namespace

Psp::Psp(Options options)
    : options_(std::move(options)), account_(make_account()), service_(service_options(account_)) {
  handler_ = effects::make_psp_effects(
      connectors::all_connectors(), [this](const std::string&, const std::string&) { return account_; },
      [this](connectors::PspHttpRequest request, Duration timeout, std::move_only_function<void(SendResult)> done) {
        Duration delay;
        SendResult result = travel(request, timeout, delay);
        if (delay.micros == 0) return done(std::move(result));
        auto finish = [done = std::make_shared<std::move_only_function<void(SendResult)>>(std::move(done)),
                       result = std::move(result)] { (*done)(result); };
        later_.emplace(options_.now() + delay, std::move(finish));
      },
      options_.now);
}

void Psp::run(engine::Effect effect, engine::EffectDone done) {
  auto running = std::make_shared<Running>(std::move(effect), std::move(done));
  if (way_ == Way::holds) {
    held_.push_back(std::move(running));
  } else {
    start_try(std::move(running));
  }
}

void Psp::start_try(std::shared_ptr<Running> running) {
  is_first_try_ = ++running->tries == 1;
  const Duration timeout = Duration::milliseconds(running->effect.timeout_ms);
  handler_->start(running->effect, timeout, [this, running](TryResult result) { end_try(running, std::move(result)); });
}

void Psp::end_try(const std::shared_ptr<Running>& running, TryResult result) {
  const bool may_repeat = running->tries < tries_of_unknown_fate_max && handler_->repeatable(running->effect);
  if (is_open(result) && may_repeat) return start_try(running);
  engine::EffectResult ended;
  ended.outcome = outcome_of(result.outcome);
  ended.reply = std::move(result.reply);
  ended.detail = std::move(result.detail);
  ended.tries = static_cast<std::uint32_t>(running->tries);
  running->done(std::move(ended));
}

Psp::Fault Psp::fault_of_try() {
  if (!options_.faults || !is_first_try_) return Fault::none;
  constexpr Fault faults[] = {Fault::request_lost, Fault::answer_lost, Fault::server_error};
  return faults[requests_++ % 3];
}

SendResult Psp::travel(const connectors::PspHttpRequest& request, Duration timeout, Duration& delay) {
  if (way_ == Way::refuses) return {.outcome = TryOutcome::not_sent, .detail = "Nobody listens."};
  const Fault fault = fault_of_try();
  if (way_ == Way::loses_requests || fault == Fault::request_lost) return lost();
  sandbox_psp::PspAnswer answer = service_.handle(request, options_.now());
  if (way_ == Way::lies) return {.outcome = TryOutcome::not_sent, .detail = "It seems that nobody listens."};
  delay = std::min(answer.delay, timeout);
  const bool is_lost = answer.fate == sandbox_psp::Fate::drop || answer.delay > timeout;
  if (is_lost || way_ == Way::loses_answers || fault == Fault::answer_lost) return lost();
  if (fault == Fault::server_error) {
    connectors::PspHttpReply unavailable;
    unavailable.status = 503;
    return {.outcome = TryOutcome::answered, .reply = std::move(unavailable)};
  }
  return {.outcome = TryOutcome::answered, .reply = std::move(answer.reply)};
}

void Psp::set_way(Way way) {
  way_ = way;
  if (way == Way::holds) return;
  while (!held_.empty()) {
    const auto running = std::move(held_.front());
    held_.pop_front();
    start_try(running);
  }
}

void Psp::catch_up() {
  while (!later_.empty() && later_.begin()->first <= options_.now()) {
    const auto finish = std::move(later_.begin()->second);
    later_.erase(later_.begin());
    finish();
  }
  take_due_webhooks();
}

void Psp::take_due_webhooks() {
  for (;;) {
    auto due = service_.take_webhooks(options_.now(), webhook_batch);
    if (due.empty()) return;
    if (options_.faults) std::ranges::reverse(due);
    for (const sandbox_psp::WebhookTry& webhook : due) {
      service_.webhook_tried(webhook.number, true, options_.now());
      if (holds_webhooks_) {
        held_webhooks_.push_back(webhook.body);
      } else {
        deliver(webhook.body);
      }
    }
  }
}

// Signed anew, as each try of the PSP is.
void Psp::deliver(const std::string& body) {
  last_webhook_ = body;
  connectors::WebhookRequest request;
  request.body = body;
  request.headers.add(std::string(connectors::sandbox::signature_header),
                      connectors::sandbox::sign_webhook(account_.webhook_secret, body, options_.now()));
  const auto* connector = connectors::all_connectors().find(account_.connector);
  for (int copies = options_.faults ? 2 : 1; copies > 0; --copies) {
    auto content = connector->read_webhook(request, account_, options_.now());
    CHECK(content.ok(), "{}", content.error().to_string());
    options_.receive(account_, body, *std::move(content));
  }
}

bool Psp::deliver_held() {
  if (held_webhooks_.empty()) return false;
  for (; !held_webhooks_.empty(); held_webhooks_.pop_front()) deliver(std::string(held_webhooks_.front()));
  return true;
}

bool Psp::deliver_newest_held() {
  if (held_webhooks_.empty()) return false;
  deliver(std::string(held_webhooks_.back()));
  held_webhooks_.pop_back();
  return true;
}

bool Psp::deliver_again() {
  if (last_webhook_.empty()) return false;
  deliver(std::string(last_webhook_));
  return true;
}

std::optional<Timestamp> Psp::next_due() const {
  auto due = service_.next_due();
  if (!later_.empty()) due = due ? std::min(*due, later_.begin()->first) : later_.begin()->first;
  return due;
}

void Psp::forget_callers() {
  held_.clear();
  later_.clear();
}

connectors::PspHttpReply Psp::call(std::string method, std::string url, std::string body, std::string idempotency_key) {
  connectors::PspHttpRequest request{
      .method = std::move(method), .url = std::move(url), .headers = {}, .body = std::move(body)};
  if (request.url.starts_with('/')) request.url = account_.base_url + request.url;
  request.headers.add("authorization", "Bearer " + account_.api_key);
  if (!idempotency_key.empty()) request.headers.add("idempotency-key", std::move(idempotency_key));
  return service_.handle(request, options_.now()).reply;
}

}  // namespace florin::app::scenario
