#include "api/webhooks/return_handler.h"

#include <fmt/format.h>

#include "api/common/error_detail.h"
#include "api/common/trace.h"
#include "api/payments/wait.h"
#include "api/webhooks/http_errors.h"
#include "payments/commands.h"
#include "payments/queries.h"
#include "payments/rows.h"

namespace florin::api {
namespace {

using payments::v1::Payment;
using payments::v1::PaymentStatus;

// A shopper waits for the outcome at most this long before being sent on.
constexpr Duration shopper_wait = Duration::seconds(8);

// "succeeded", as the API's enumerators without their prefix.
std::string status_word(PaymentStatus status) {
  std::string word = payments::v1::PaymentStatus_Name(status).substr(std::string_view("PAYMENT_STATUS_").size());
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return word;
}

std::string_view sentence(PaymentStatus status) {
  switch (status) {
    case payments::v1::PAYMENT_STATUS_SUCCEEDED:
    case payments::v1::PAYMENT_STATUS_REQUIRES_CAPTURE:
      return "Thank you, your payment was accepted. You can close this page.";
    case payments::v1::PAYMENT_STATUS_PROCESSING:
    case payments::v1::PAYMENT_STATUS_REQUIRES_ACTION:
      return "Your payment is being processed. You will hear from the merchant; do not pay again.";
    default:
      return "Your payment was not made and nothing was charged. Go back to the merchant to try again.";
  }
}

// The return URL with the payment in its query, which ends where "#" begins.
std::string return_to(const Payment& payment) {
  const std::string_view url = payment.return_url();
  const std::string_view before = url.substr(0, url.find('#'));
  return fmt::format("{}{}payment_id={}&status={}{}", before, before.contains('?') ? '&' : '?', payment.id(),
                     status_word(payment.status()), url.substr(before.size()));
}

http::ResponseHead redirect(const Payment& payment) {
  http::ResponseHead head;
  head.status = 303;
  head.headers.add("location", return_to(payment));
  head.headers.add("cache-control", "no-store");
  return head;
}

http::ResponseHead page_head() {
  http::ResponseHead head;
  head.headers.add("content-type", "text/html; charset=utf-8");
  head.headers.add("cache-control", "no-store");
  head.headers.add("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  head.headers.add("x-content-type-options", "nosniff");
  return head;
}

std::string page(const Payment& payment) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<title>Payment</title><body style=\"font:1.1rem/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem\">"
      "<main><h1>Payment</h1><p>{}</p></main></body></html>\n",
      sentence(payment.status()));
}

}  // namespace

Task<Unit> ReturnHandler::serve(http::Exchange& exchange) {
  const auto payment = co_await settle(exchange);
  http::ResponseHead head;
  std::string body;
  if (!payment.ok()) {
    head.headers.add("content-type", "application/json");
    set_error(payment.error(), head);
    body = error_body(payment.error());
  } else if (!payment->return_url().empty()) {
    head = redirect(*payment);
  } else {
    head = page_head();
    body = page(*payment);
  }
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(body));
  co_return Unit{};
}

Task<Result<Payment>> ReturnHandler::settle(http::Exchange& exchange) {
  const std::string& method = exchange.request().method;
  if (method != "GET" && method != "HEAD") {
    co_return Error(Code::unimplemented, ErrorDomain::request, "method_not_allowed", "Open this page with GET.");
  }
  const std::string payment_id = exchange.request().path.substr(return_path.size());
  const auto id = payments::PaymentId::parse(payment_id);
  const auto row = id ? payments::find_payment_of_any_tenant(*platform_.partition.snapshot(), *id) : std::nullopt;
  if (!row) co_return not_found("payment_not_found", "There is no such payment.");
  const TenantId tenant = payments::tenant_of(*row);

  engine::CommandContext context;
  context.tenant = tenant;
  context.actor = {journal::v1::ACTOR_KIND_SHOPPER, {}};
  context.trace = to_engine(begin_trace(exchange.request().headers.get("traceparent"), platform_.random));
  context.name = "shopper_return";
  Completion<Result<engine::CommandReply>> done(exchange.executor());
  platform_.partition.submit(
      {std::move(context),
       [&](engine::Work& work) -> Result<std::string> {
         RETURN_IF_ERROR(payments::decide_shopper_returned(work, payment_id));
         return std::string();
       },
       [completer = done.completer()](Result<engine::CommandReply> reply) { completer(std::move(reply)); }});
  const auto reply = co_await done;
  if (!reply.ok()) co_return reply.error();

  const auto is_past_challenge = [](const Payment& payment) {
    return payments::is_settled(payment) && payment.status() != payments::v1::PAYMENT_STATUS_REQUIRES_ACTION;
  };
  const auto gone = std::make_shared<std::stop_source>();
  exchange.on_abort([gone] { gone->request_stop(); });
  Wait wait{tenant, row->payment(), is_past_challenge, shopper_wait, gone->get_token()};
  co_return co_await wait_for_payment(platform_, exchange.executor(), std::move(wait));
}

}  // namespace florin::api
