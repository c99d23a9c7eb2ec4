// Steps: tenants, payments and their operations, time.
#include <fmt/format.h>

#include <algorithm>

#include "app/scenario/testing/steps.h"
#include "crypto/hash.h"
#include "payments/commands.h"
#include "tenants/tenants.h"

namespace florin::app::scenario {
namespace {

namespace v1 = payments::v1;

constexpr std::string_view service = "florin.payments.v1.PaymentService/";

std::string method(std::string_view name) {
  return std::string(service) + std::string(name);
}

// tenant <name> [live]
Status tenant(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the tenant's name");
  const bool live = arguments.flag("live");
  RETURN_IF_ERROR(arguments.done());
  tenants::v1::CreateTenantRequest request;
  request.set_name(name);
  request.set_environment(live ? tenants::v1::ENVIRONMENT_LIVE : tenants::v1::ENVIRONMENT_SANDBOX);
  const auto record = [&](std::string_view kind) {
    return tenants::SecretRecord{.sha256 = std::string(crypto::as_bytes(crypto::sha256({name, kind}))), .hint = {}};
  };
  ASSIGN_OR_RETURN(const auto response,
                   world.run<tenants::v1::CreateTenantResponse>(
                       {.tenant = {}, .method = "florin.tenants.v1.TenantService/CreateTenant", .key = {}}, request,
                       [&](engine::Work& work) {
                         return tenants::decide_create_tenant(work, request, {record("secret"), record("publishable")});
                       }));
  return world.name_tenant(name, TenantId::parse(response.tenant().id()).value());
}

// create <payment> <amount> <currency> [token=] [confirm] [manual] [reference=] [description=] [key=] [tenant=]
Status create(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment's name");
  const std::string amount = arguments.next("the amount");
  const std::string code = arguments.next("the currency");
  ASSIGN_OR_RETURN(const Currency currency, parse_currency(code));
  ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(amount, currency.exponent()));
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  const auto key = arguments.named("key");
  v1::CreatePaymentRequest request;
  request.mutable_amount()->set_currency(code);
  request.mutable_amount()->set_minor(minor);
  if (const auto token = arguments.named("token")) request.mutable_payment_method()->set_token(*token);
  request.set_confirm(arguments.flag("confirm"));
  if (arguments.flag("manual")) request.set_capture_method(v1::CAPTURE_METHOD_MANUAL);
  request.set_reference(arguments.named("reference").value_or(""));
  request.set_description(arguments.named("description").value_or(""));
  request.set_return_url("https://shop.test/back");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const auto response, world.run<v1::CreatePaymentResponse>(
                                            {tenant, method("CreatePayment"), key}, request, [&](engine::Work& work) {
                                              return payments::decide_create(work, world.payment_settings(), request);
                                            }));
  world.name_payment(name, {tenant, payments::PaymentId::parse(response.payment().id()).value(), currency});
  return ok();
}

// A payment's command is given by the payment's tenant, or by another one that the script names.
struct Target {
  World::Payment payment;
  TenantId tenant;
  std::string id;
  std::optional<std::string> key;
};

Result<Target> take_target(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment");
  ASSIGN_OR_RETURN(const World::Payment payment, world.payment(name));
  TenantId tenant = payment.tenant;
  if (const auto other = arguments.named("tenant")) {
    ASSIGN_OR_RETURN(tenant, world.tenant(other));
  }
  return Target{payment, tenant, payment.id.to_string(), arguments.named("key")};
}

// confirm <payment> [token=] [key=] [tenant=]
Status confirm(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  v1::ConfirmPaymentRequest request;
  request.set_payment_id(target.id);
  if (const auto token = arguments.named("token")) request.mutable_payment_method()->set_token(*token);
  RETURN_IF_ERROR(arguments.done());
  RETURN_IF_ERROR(world.run<v1::ConfirmPaymentResponse>(
      {target.tenant, method("ConfirmPayment"), target.key}, request,
      [&](engine::Work& work) { return payments::decide_confirm(work, world.payment_settings(), request); }));
  return ok();
}

// Takes "5.00" or nothing: all there is. Another currency than the payment's stands behind the amount.
template <class Request>
Status take_amount(Arguments& arguments, const World::Payment& payment, Request& request) {
  const auto amount = arguments.next_if_any();
  if (!amount) return ok();
  const auto code = arguments.next_if_any();
  Currency currency = payment.currency;
  if (code) {
    ASSIGN_OR_RETURN(currency, parse_currency(*code));
  }
  ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(*amount, currency.exponent()));
  request.mutable_amount()->set_currency(std::string(currency.code()));
  request.mutable_amount()->set_minor(minor);
  return ok();
}

// capture <operation> <payment> [amount [currency]] [final] [key=] [tenant=]
Status capture(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the capture's name");
  v1::CapturePaymentRequest request;
  request.set_final_capture(arguments.flag("final"));
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  request.set_payment_id(target.id);
  RETURN_IF_ERROR(take_amount(arguments, target.payment, request));
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const auto response,
                   world.run<v1::CapturePaymentResponse>(
                       {target.tenant, method("CapturePayment"), target.key}, request,
                       [&](engine::Work& work) { return payments::decide_capture(work, request); }));
  world.name_operation(name, {target.payment, response.operation().id()});
  return ok();
}

// refund <operation> <payment> [amount [currency]] [key=] [tenant=]
Status refund(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the refund's name");
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  v1::RefundPaymentRequest request;
  request.set_payment_id(target.id);
  RETURN_IF_ERROR(take_amount(arguments, target.payment, request));
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(
      const auto response,
      world.run<v1::RefundPaymentResponse>({target.tenant, method("RefundPayment"), target.key}, request,
                                           [&](engine::Work& work) { return payments::decide_refund(work, request); }));
  world.name_operation(name, {target.payment, response.operation().id()});
  return ok();
}

// cancel <payment> [reason=] [key=] [tenant=]
Status cancel(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  v1::CancelPaymentRequest request;
  request.set_payment_id(target.id);
  request.set_reason(arguments.named("reason").value_or(""));
  RETURN_IF_ERROR(arguments.done());
  RETURN_IF_ERROR(
      world.run<v1::CancelPaymentResponse>({target.tenant, method("CancelPayment"), target.key}, request,
                                           [&](engine::Work& work) { return payments::decide_cancel(work, request); }));
  return ok();
}

// returned <payment>: the shopper came back from the provider's page.
Status returned(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  RETURN_IF_ERROR(arguments.done());
  v1::GetPaymentRequest request;
  request.set_payment_id(target.id);
  RETURN_IF_ERROR(world.run<v1::GetPaymentResponse>({target.tenant, "return", {}}, request, [&](engine::Work& work) {
    return payments::decide_shopper_returned(work, target.id);
  }));
  return ok();
}

// leave <payment>: the shopper wants to pay in another way.
Status leave(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const Target target, take_target(world, arguments));
  RETURN_IF_ERROR(arguments.done());
  v1::GetPaymentRequest request;
  request.set_payment_id(target.id);
  RETURN_IF_ERROR(world.run<v1::GetPaymentResponse>({target.tenant, "leave", {}}, request,
                                                    [&](engine::Work& work) -> Result<v1::GetPaymentResponse> {
                                                      RETURN_IF_ERROR(payments::decide_leave_action(work, target.id));
                                                      return v1::GetPaymentResponse();
                                                    }));
  return ok();
}

// advance <duration>
Status advance(World& world, Arguments& arguments) {
  const std::string text = arguments.next("how long");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const Duration by, parse_duration(text));
  world.advance(by);
  return ok();
}

// restart: the program ends and starts again.
Status restart(World& world, Arguments& arguments) {
  RETURN_IF_ERROR(arguments.done());
  world.restart();
  return ok();
}

constexpr NamedStep steps[] = {
    {"tenant", &tenant}, {"create", &create},     {"confirm", &confirm}, {"capture", &capture}, {"refund", &refund},
    {"cancel", &cancel}, {"returned", &returned}, {"leave", &leave},     {"advance", &advance}, {"restart", &restart},
};

}  // namespace

Step find_payment_step(std::string_view name) {
  const auto found = std::ranges::find(steps, name, &NamedStep::name);
  return found == std::end(steps) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
