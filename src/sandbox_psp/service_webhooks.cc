// The webhooks and the control API of the Service.
#include <algorithm>

#include "connectors/sandbox/sandbox.h"
#include "sandbox_psp/answers.h"
#include "sandbox_psp/render.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {
namespace {

// How far apart webhooks may be thrown while they are to arrive out of order.
constexpr std::uint64_t reorder_micros = 200'000;

}  // namespace

void Service::notify_payment(std::uint32_t number, Timestamp now) {
  queue_webhook(render_payment_event(books_, books_.webhook_count() + 1, number, now),
                scenarios()[books_.payment(number).scenario].notice, now);
}

void Service::notify_operation(std::uint32_t number, Timestamp now) {
  const Payment& payment = books_.payment(books_.operation(number).payment);
  queue_webhook(render_operation_event(books_, books_.webhook_count() + 1, number, now),
                scenarios()[payment.scenario].notice, now);
}

void Service::queue_webhook(std::string body, Notice notice, Timestamp now) {
  if (!options_.webhooks) return;
  const FaultSettings& faults = faults_.settings();
  WebhookQueued queued{.due = now, .copies = 1, .body = std::move(body)};
  if (notice == Notice::late) queued.due = now + options_.timing.late_webhook;
  if (notice == Notice::twice || faults_.strikes(faults.duplicate_webhook_permille)) queued.copies = 2;
  if (faults.reorder_webhooks) {
    queued.due = queued.due + Duration::microseconds(static_cast<std::int64_t>(faults_.below(reorder_micros)));
  }
  commit(queued);
}

std::vector<WebhookTry> Service::take_webhooks(Timestamp now, std::size_t count) {
  settle(now);
  std::vector<WebhookTry> tries;
  if (faults_.settings().down) return tries;
  while (tries.size() < count && !books_.waiting_webhooks().empty()) {
    const auto [due, number] = *books_.waiting_webhooks().begin();
    if (due > now) break;
    const Webhook& webhook = books_.start_webhook(number);
    WebhookTry& attempt = tries.emplace_back();
    attempt.number = number;
    attempt.body = webhook.body;
    attempt.headers.add("content-type", "application/json");
    attempt.headers.add(std::string(connectors::sandbox::signature_header),
                        connectors::sandbox::sign_webhook(options_.webhook_secret, webhook.body, now));
  }
  if (faults_.settings().reorder_webhooks) std::ranges::reverse(tries);
  return tries;
}

void Service::webhook_tried(std::uint64_t number, bool delivered, Timestamp now) {
  Webhook* const tried = books_.find_webhook(number);
  if (tried == nullptr) return;
  Webhook& webhook = *tried;
  if (delivered) {
    webhook.failed = 0;
    if (--webhook.copies > 0) return books_.wait_webhook(number, now);
    return commit(WebhookEnded{.webhook = number, .delivered = true});
  }
  if (++webhook.failed >= options_.timing.webhook_tries_max) {
    commit(WebhookEnded{.webhook = number, .delivered = false});
    return;
  }
  Duration backoff = options_.timing.webhook_backoff_min;
  for (std::uint32_t i = 1; i < webhook.failed && backoff < options_.timing.webhook_backoff_max; ++i)
    backoff = backoff * 2;
  books_.wait_webhook(number, now + std::min(backoff, options_.timing.webhook_backoff_max));
}

std::optional<Timestamp> Service::next_due() const {
  std::optional<Timestamp> next;
  const auto consider = [&next](Timestamp due) { next = next ? std::min(*next, due) : due; };
  if (!books_.settlements().empty()) consider(books_.settlements().begin()->at);
  if (!faults_.settings().down && !books_.waiting_webhooks().empty())
    consider(books_.waiting_webhooks().begin()->first);
  return next;
}

PspAnswer Service::control(const Context& context) {
  const std::string_view path = context.target.path;
  const bool post = context.request.method == "POST";
  if (path == "/control/reset-faults" && post) {
    faults_.set({});
  } else if (path == "/control/faults" && post) {
    const auto settings = parse_faults(context.request.body);
    if (!settings.ok()) return error_answer(400, "invalid_request", settings.error().message());
    faults_.set(*settings);
  } else if (path != "/control/faults" || context.request.method != "GET") {
    return error_answer(404, "no_such_path", "The sandbox has no such path. docs/sandbox.md lists them.");
  }
  const FaultSettings& now = faults_.settings();
  return json_answer(
      200, fmt::format(R"({{"drop_before_permille":{},"drop_after_permille":{},"duplicate_webhook_permille":{},)"
                       R"("delay_ms":{},"reorder_webhooks":{},"down":{},"seed":{}}})",
                       now.drop_before_permille, now.drop_after_permille, now.duplicate_webhook_permille, now.delay_ms,
                       now.reorder_webhooks, now.down, now.seed));
}

}  // namespace florin::sandbox_psp
