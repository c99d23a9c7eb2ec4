// Steps: how the PSP behaves, its webhooks, its challenge pages.
#include <fmt/format.h>

#include <algorithm>

#include "app/scenario/testing/steps.h"

namespace florin::app::scenario {
namespace {

struct NamedWay {
  std::string_view name;
  Psp::Way way;
};
constexpr NamedWay ways[] = {
    {"answers", Psp::Way::answers},
    {"holds", Psp::Way::holds},
    {"refuses", Psp::Way::refuses},
    {"loses-requests", Psp::Way::loses_requests},
    {"loses-answers", Psp::Way::loses_answers},
    {"lies", Psp::Way::lies},
};

// psp answers|holds|refuses|loses-requests|loses-answers|lies
Status psp(World& world, Arguments& arguments) {
  const std::string name = arguments.next("what the PSP does");
  RETURN_IF_ERROR(arguments.done());
  const auto way = std::ranges::find(ways, name, &NamedWay::name);
  if (way == std::end(ways)) return script_wrong(fmt::format("the PSP cannot '{}'", name));
  world.psp().set_way(way->way);
  return ok();
}

// webhooks hold|at-once
Status webhooks(World& world, Arguments& arguments) {
  const std::string how = arguments.next("hold or at-once");
  RETURN_IF_ERROR(arguments.done());
  if (how != "hold" && how != "at-once") return script_wrong("webhooks come 'at-once', or are on 'hold'");
  world.psp().hold_webhooks(how == "hold");
  return ok();
}

// deliver held|newest|again
Status deliver(World& world, Arguments& arguments) {
  const std::string which = arguments.next("which webhooks");
  RETURN_IF_ERROR(arguments.done());
  bool delivered = false;
  if (which == "held") {
    delivered = world.psp().deliver_held();
  } else if (which == "newest") {
    delivered = world.psp().deliver_newest_held();
  } else if (which == "again") {
    delivered = world.psp().deliver_again();
  } else {
    return script_wrong("deliver 'held', 'newest' or 'again'");
  }
  if (!delivered) return differs("webhooks to deliver", "some", "none");
  return ok();
}

// challenge <payment> pass|fail|abandon: the shopper presses a button on the page of the bank, wallet or lender. For
// what they do in an app or at their bank, a tester presses it on the test page.
Status challenge(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment");
  const std::string button = arguments.next("pass, fail or abandon");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Payment payment, world.payment(name));
  const payments::v1::Action action = world.read(payment).action();
  const bool sends_shopper = !action.redirect_url().empty();
  const std::string& url = sends_shopper ? action.redirect_url() : action.test_url();
  if (url.empty()) return differs("the payment's action", "a page", "none");
  const auto reply = world.psp().call("POST", url, "outcome=" + button);
  // Nobody is sent back from a test page.
  const int wanted = sends_shopper ? 303 : 200;
  if (reply.status != wanted) {
    return differs("the challenge page", std::to_string(wanted), std::to_string(reply.status));
  }
  return ok();
}

// psp-charge <amount> <currency> token= reference= key=: a charge at the PSP that Florin did not ask for.
Status psp_charge(World& world, Arguments& arguments) {
  const std::string amount = arguments.next("the amount");
  const std::string code = arguments.next("the currency");
  const std::string token = arguments.named("token").value_or("tok_success");
  const std::string reference = arguments.named("reference").value_or("");
  const std::string key = arguments.named("key").value_or("");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const Currency currency, parse_currency(code));
  ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(amount, currency.exponent()));
  const auto reply = world.psp().call(
      "POST", "/v1/payments",
      fmt::format(R"({{"reference":"{}","amount":{},"currency":"{}","capture":true,"payment_method":"{}"}})", reference,
                  minor, code, token),
      key);
  if (reply.status != 200) return differs("the charge at the PSP", "200", std::to_string(reply.status));
  return ok();
}

// psp-void|psp-capture <payment>: done by the merchant at the PSP's own pages.
Status operate_at_psp(World& world, Arguments& arguments, std::string_view action) {
  const std::string name = arguments.next("the payment");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Payment payment, world.payment(name));
  const payments::v1::Payment now = world.read(payment);
  if (now.attempts().empty()) return script_wrong("the payment has no attempt");
  const std::string url = fmt::format("/v1/payments/{}/{}", now.attempts().rbegin()->psp_reference(), action);
  const std::string body = action == "capture" ? fmt::format(R"({{"amount":{}}})", now.amount().minor()) : "{}";
  const auto reply = world.psp().call("POST", url, body, fmt::format("by-hand-{}-{}", action, now.id()));
  if (reply.status != 200) return differs("the PSP's answer", "200", std::to_string(reply.status));
  return ok();
}

Status psp_void(World& world, Arguments& arguments) {
  return operate_at_psp(world, arguments, "void");
}

Status psp_capture(World& world, Arguments& arguments) {
  return operate_at_psp(world, arguments, "capture");
}

constexpr NamedStep steps[] = {
    {"psp", &psp},
    {"webhooks", &webhooks},
    {"deliver", &deliver},
    {"challenge", &challenge},
    {"psp-charge", &psp_charge},
    {"psp-void", &psp_void},
    {"psp-capture", &psp_capture},
};

}  // namespace

Step find_psp_step(std::string_view name) {
  const auto found = std::ranges::find(steps, name, &NamedStep::name);
  return found == std::end(steps) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
