#include "api/webhooks/webhook_handler.h"

#include <charconv>

#include "api/common/error_detail.h"
#include "api/common/trace.h"
#include "api/webhooks/http_errors.h"
#include "base/encoding.h"
#include "base/executor.h"
#include "payments/commands.h"
#include "payments/rows.h"

namespace florin::api {
namespace {

struct AccountName {
  std::string_view connector;
  std::string_view account;
};

// What stands behind "/webhooks/".
std::optional<AccountName> account_name(std::string_view path) {
  path.remove_prefix(webhook_path.size());
  const std::size_t slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == path.size()) return std::nullopt;
  return AccountName{path.substr(0, slash), path.substr(slash + 1)};
}

// The tenant whose payment it is about; empty where there is no such payment, and the webhook is kept for the platform.
TenantId tenant_of(const engine::Partition& partition, const connectors::v1::PspWebhook& webhook) {
  const auto id = payments::PaymentId::parse(webhook.reference());
  const auto row = id ? payments::find_payment_of_any_tenant(*partition.snapshot(), *id) : std::nullopt;
  return row ? payments::tenant_of(*row) : TenantId{};
}

// False for a body that comes without an announcement; reading it shows how long it is.
bool announces_more_than(const http::RequestHead& request, std::size_t limit_bytes) {
  const std::string_view announced = request.headers.get("content-length").value_or("");
  std::uint64_t bytes = 0;
  const auto read = std::from_chars(announced.data(), announced.data() + announced.size(), bytes);
  return read.ec == std::errc::result_out_of_range || bytes > limit_bytes;
}

}  // namespace

Task<Unit> WebhookHandler::serve(http::Exchange& exchange) {
  const auto received = co_await receive(exchange);
  http::ResponseHead head;
  head.headers.add("content-type", "application/json");
  std::string body = R"({"received":true})";
  if (!received.ok()) {
    set_error(received.error(), head);
    body = error_body(received.error());
  }
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(body));
  co_return Unit{};
}

Task<Status> WebhookHandler::receive(http::Exchange& exchange) {
  if (exchange.request().method != "POST") {
    co_return Error(Code::unimplemented, ErrorDomain::request, "method_not_allowed", "Send webhooks by POST.");
  }
  const auto name = account_name(exchange.request().path);
  const auto* account = name ? parts_.accounts.find(name->connector, name->account) : nullptr;
  const auto* connector = name ? parts_.connectors.find(name->connector) : nullptr;
  if (account == nullptr || connector == nullptr) {
    co_return not_found("psp_account_not_found", "No such account is configured: /webhooks/<connector>/<account>.");
  }
  // Nobody has proved yet to be the provider: not a byte more than need be is taken in.
  if (announces_more_than(exchange.request(), webhook_body_max)) co_return http::body_too_large(webhook_body_max);
  auto body = co_await http::read_whole_body(exchange, webhook_body_max);
  if (!body.ok()) co_return std::move(body).error();
  const connectors::WebhookRequest request{exchange.request().headers, *body};
  auto content = connector->read_webhook(request, *account, parts_.platform.clock.now());
  if (!content.ok()) co_return std::move(content).error();
  co_return co_await record(exchange, *account, std::move(*body), std::move(*content));
}

Task<Status> WebhookHandler::record(http::Exchange& exchange, const connectors::Account& account, std::string body,
                                    connectors::v1::PspWebhook content) {
  engine::CommandContext context;
  context.tenant = tenant_of(parts_.platform.partition, content);
  context.actor = {journal::v1::ACTOR_KIND_PSP, account.connector};
  context.trace = to_engine(begin_trace(exchange.request().headers.get("traceparent"), parts_.platform.random));
  context.name = "webhook";
  context.priority = engine::Priority::in_flight;
  context.size_bytes = body.size();
  payments::Webhook webhook{account.connector, account.account, std::move(body), std::move(content)};
  Completion<Result<engine::CommandReply>> done(exchange.executor());
  parts_.platform.partition.submit(
      {std::move(context),
       [&](engine::Work& work) -> Result<std::string> {
         RETURN_IF_ERROR(payments::decide_webhook(work, parts_.settings, webhook));
         return std::string();
       },
       [completer = done.completer()](Result<engine::CommandReply> reply) { completer(std::move(reply)); }});
  auto reply = co_await done;
  if (!reply.ok()) co_return std::move(reply).error();
  co_return ok();
}

}  // namespace florin::api
