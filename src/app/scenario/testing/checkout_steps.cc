// Steps: checkout sessions and payment links, by the merchant and by the shopper. A session's name is its payment's
// name too, once it has one.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/scenario/testing/steps.h"
#include "checkout/commands.h"
#include "checkout/queries.h"
#include "checkout/secrets.h"
#include "florin/checkout/v1/shopper.pb.h"

namespace florin::app::scenario {
namespace {

namespace v1 = checkout::v1;

constexpr std::string_view merchant_service = "florin.checkout.v1.CheckoutService/";
constexpr std::string_view shopper_service = "florin.checkout.v1.ShopperService/";

std::string method(std::string_view service, std::string_view name) {
  return std::string(service) + std::string(name);
}

checkout::Scope scope_of(World& world, TenantId tenant) {
  return {world.state(), world.checkout_settings(), tenant, world.partition().now()};
}

// Takes "12.50 USD" and [manual] [reference=].
Result<Currency> take_terms(Arguments& arguments, v1::CheckoutTerms& terms) {
  const std::string amount = arguments.next("the amount");
  const std::string code = arguments.next("the currency");
  ASSIGN_OR_RETURN(const Currency currency, parse_currency(code));
  ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(amount, currency.exponent()));
  terms.set_currency(code);
  v1::LineItem& item = *terms.add_line_items();
  item.set_name("A hat");
  item.set_quantity(1);
  item.set_unit_amount_minor(minor);
  if (arguments.flag("manual")) terms.set_capture_method(payments::v1::CAPTURE_METHOD_MANUAL);
  terms.set_reference(arguments.named("reference").value_or(""));
  return currency;
}

template <class Request>
Status take_lifetime(Arguments& arguments, Request& request) {
  const auto text = arguments.named("lifetime");
  if (!text) return ok();
  ASSIGN_OR_RETURN(const Duration lifetime, parse_duration(*text));
  request.mutable_lifetime()->set_seconds(lifetime.to_seconds());
  return ok();
}

// session <session> <amount> <currency> [manual] [reference=] [lifetime=] [key=] [tenant=]
Status session(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the session's name");
  v1::CreateCheckoutSessionRequest request;
  ASSIGN_OR_RETURN(const Currency currency, take_terms(arguments, *request.mutable_terms()));
  RETURN_IF_ERROR(take_lifetime(arguments, request));
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  const auto key = arguments.named("key");
  RETURN_IF_ERROR(arguments.done());
  const std::string secret = world.make_secret(checkout::session_secret_prefix);
  ASSIGN_OR_RETURN(
      const auto response,
      world.run<v1::CreateCheckoutSessionResponse>(
          {tenant, method(merchant_service, "CreateCheckoutSession"), key}, request, [&](engine::Work& work) {
            return checkout::decide_create_session(work, world.checkout_settings(), request, secret);
          }));
  world.name_session(name, {tenant, checkout::SessionId::parse(response.session().id()).value(), currency});
  return ok();
}

// cancel-session <session> [tenant=]
Status cancel_session(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the session");
  ASSIGN_OR_RETURN(const World::Session target, world.session(name));
  TenantId tenant = target.tenant;
  if (const auto other = arguments.named("tenant")) {
    ASSIGN_OR_RETURN(tenant, world.tenant(other));
  }
  RETURN_IF_ERROR(arguments.done());
  v1::CancelCheckoutSessionRequest request;
  request.set_session_id(target.id.to_string());
  RETURN_IF_ERROR(world.run<v1::CancelCheckoutSessionResponse>(
      {tenant, method(merchant_service, "CancelCheckoutSession"), {}}, request,
      [&](engine::Work& work) { return checkout::decide_cancel_session(work, world.checkout_settings(), request); }));
  return ok();
}

// link <link> <amount> <currency> [single] [manual] [reference=] [lifetime=] [tenant=]
Status link(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link's name");
  v1::CreatePaymentLinkRequest request;
  if (arguments.flag("single")) request.set_use(v1::PAYMENT_LINK_USE_SINGLE);
  ASSIGN_OR_RETURN(const Currency currency, take_terms(arguments, *request.mutable_terms()));
  RETURN_IF_ERROR(take_lifetime(arguments, request));
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  RETURN_IF_ERROR(arguments.done());
  const std::string secret = world.make_secret(checkout::link_secret_prefix);
  ASSIGN_OR_RETURN(const auto response,
                   world.run<v1::CreatePaymentLinkResponse>(
                       {tenant, method(merchant_service, "CreatePaymentLink"), {}}, request, [&](engine::Work& work) {
                         return checkout::decide_create_link(work, world.checkout_settings(), request, secret);
                       }));
  world.name_link(name, {tenant, checkout::PaymentLinkId::parse(response.payment_link().id()).value(), currency});
  return ok();
}

// turn-link <link> on|off
Status turn_link(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link");
  const std::string to = arguments.next("on or off");
  RETURN_IF_ERROR(arguments.done());
  if (to != "on" && to != "off") return script_wrong("write: turn-link <link> on|off");
  ASSIGN_OR_RETURN(const World::Link target, world.link(name));
  v1::UpdatePaymentLinkRequest request;
  request.set_payment_link_id(target.id.to_string());
  request.set_active(to == "on");
  RETURN_IF_ERROR(world.run<v1::UpdatePaymentLinkResponse>(
      {target.tenant, method(merchant_service, "UpdatePaymentLink"), {}}, request,
      [&](engine::Work& work) { return checkout::decide_update_link(work, world.checkout_settings(), request); }));
  return ok();
}

// open <link> as <session>: a shopper opens the link.
Status open(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link");
  const bool has_as = arguments.flag("as");
  const std::string session_name = arguments.next("the session's name");
  RETURN_IF_ERROR(arguments.done());
  if (!has_as) return script_wrong("write: open <link> as <session>");
  ASSIGN_OR_RETURN(const World::Link target, world.link(name));
  const std::string secret = world.make_secret(checkout::session_secret_prefix);
  const auto decide = [&](engine::Work& work) -> Result<v1::OpenPaymentLinkResponse> {
    ASSIGN_OR_RETURN(const auto opened, checkout::decide_open_link(work, target.id, secret));
    v1::OpenPaymentLinkResponse answer;
    answer.set_secret(opened.secret);
    answer.mutable_checkout()->set_session_id(opened.session.to_string());
    return answer;
  };
  ASSIGN_OR_RETURN(const auto response, world.run<v1::OpenPaymentLinkResponse>(
                                            {target.tenant, method(shopper_service, "OpenPaymentLink"), {}},
                                            v1::OpenPaymentLinkRequest(), decide));
  // The page goes on with the secret that it was given.
  const auto shopper = checkout::find_shopper(world.state(), response.secret());
  CHECK(shopper && shopper->session && shopper->session->to_string() == response.checkout().session_id());
  world.name_session(session_name, {target.tenant, *shopper->session, target.currency});
  return ok();
}

// pay <session> [token=] [key=]
Status pay(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the session");
  ASSIGN_OR_RETURN(const World::Session target, world.session(name));
  const std::string token = arguments.named("token").value_or("tok_success");
  const auto key = arguments.named("key");
  RETURN_IF_ERROR(arguments.done());
  v1::PayCheckoutRequest request;
  request.mutable_payment_method()->set_token(token);
  const auto decide = [&](engine::Work& work) -> Result<v1::PayCheckoutResponse> {
    RETURN_IF_ERROR(checkout::decide_pay(work, world.checkout_settings(), {target.id, token, {}}));
    return v1::PayCheckoutResponse();
  };
  RETURN_IF_ERROR(world.run<v1::PayCheckoutResponse>({target.tenant, method(shopper_service, "PayCheckout"), key},
                                                     request, decide));
  ASSIGN_OR_RETURN(const auto seen, checkout::view_checkout(scope_of(world, target.tenant), target.id));
  const auto payment = payments::PaymentId::parse(seen.payment().payment_id());
  CHECK(payment, "a session that was paid has no payment");
  world.name_payment(name, {target.tenant, *payment, target.currency});
  return ok();
}

// leave-action <session>: the shopper wants to pay in another way.
Status leave_action(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the session");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Session target, world.session(name));
  const auto decide = [&](engine::Work& work) -> Result<v1::LeaveActionResponse> {
    RETURN_IF_ERROR(checkout::decide_leave_action(work, target.id));
    return v1::LeaveActionResponse();
  };
  RETURN_IF_ERROR(world.run<v1::LeaveActionResponse>({target.tenant, method(shopper_service, "LeaveAction"), {}},
                                                     v1::LeaveActionRequest(), decide));
  return ok();
}

std::string methods_words(const v1::Checkout& seen) {
  std::string words;
  for (const v1::PaymentMethodOffer& offer : seen.methods()) {
    if (!words.empty()) words += ',';
    words += word_of(payments::v1::PaymentMethodKind_Name(offer.kind()), "PAYMENT_METHOD_KIND_");
  }
  return words.empty() ? "none" : words;
}

// What the shopper sees, as `expect-session` asks for it.
std::map<std::string, std::string> facts_of(const v1::Checkout& seen) {
  const v1::CheckoutPayment& payment = seen.payment();
  const std::string status = word_of(payments::v1::PaymentStatus_Name(payment.status()), "PAYMENT_STATUS_");
  const std::string failure = word_of(common::v1::FailureCode_Name(payment.failure().code()), "FAILURE_CODE_");
  return {
      {"payment", seen.has_payment() ? status : "none"}, {"failure", payment.has_failure() ? failure : "none"},
      {"tries", std::to_string(payment.tries_left())},   {"methods", methods_words(seen)},
      {"sandbox", seen.sandbox() ? "yes" : "no"},
  };
}

Status compare(Arguments& arguments, const std::map<std::string, std::string>& facts) {
  for (const auto& [name, actual] : facts) {
    const auto wanted = arguments.named(name);
    if (wanted && *wanted != actual) return differs(name, *wanted, actual);
  }
  return arguments.done();
}

// expect-session <session> <status> [payment=] [failure=] [tries=] [methods=] [sandbox=]
Status expect_session(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the session");
  const std::string status = arguments.next("its status");
  ASSIGN_OR_RETURN(const World::Session target, world.session(name));
  ASSIGN_OR_RETURN(const auto seen, checkout::view_checkout(scope_of(world, target.tenant), target.id));
  const std::string actual = word_of(v1::CheckoutSessionStatus_Name(seen.status()), "CHECKOUT_SESSION_STATUS_");
  if (actual != status) return differs("status", status, actual);
  return compare(arguments, facts_of(seen));
}

// expect-link <link> <status> [opened=] [completed=]
Status expect_link(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link");
  const std::string status = arguments.next("its status");
  ASSIGN_OR_RETURN(const World::Link target, world.link(name));
  v1::GetPaymentLinkRequest request;
  request.set_payment_link_id(target.id.to_string());
  ASSIGN_OR_RETURN(const auto response, checkout::get_link(scope_of(world, target.tenant), request));
  const v1::PaymentLink& seen = response.payment_link();
  const std::string actual = word_of(v1::PaymentLinkStatus_Name(seen.status()), "PAYMENT_LINK_STATUS_");
  if (actual != status) return differs("status", status, actual);
  return compare(arguments, {{"opened", std::to_string(seen.opened_count())},
                             {"completed", std::to_string(seen.completed_count())}});
}

// same-session <session> <session>: two names of one.
Status same_session(World& world, Arguments& arguments) {
  const std::string first = arguments.next("a session");
  const std::string second = arguments.next("another session");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Session a, world.session(first));
  ASSIGN_OR_RETURN(const World::Session b, world.session(second));
  if (a.id != b.id) return differs("the sessions", a.id.to_string(), b.id.to_string());
  return ok();
}

constexpr NamedStep steps[] = {
    {"session", &session},
    {"cancel-session", &cancel_session},
    {"link", &link},
    {"turn-link", &turn_link},
    {"open", &open},
    {"pay", &pay},
    {"leave-action", &leave_action},
    {"expect-session", &expect_session},
    {"expect-link", &expect_link},
    {"same-session", &same_session},
};

}  // namespace

Step find_checkout_step(std::string_view name) {
  const auto found = std::ranges::find(steps, name, &NamedStep::name);
  return found == std::end(steps) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
