#include "app/policies/policies.h"

#include "checkout/commands.h"
#include "florin/payments/v1/events.pb.h"
#include "florin/tenants/v1/events.pb.h"
#include "payments/commands.h"

namespace florin::app {
namespace {

Status connect_sandbox(engine::Work& work, const engine::EventContext&, const tenants::v1::TenantCreated& event) {
  if (event.environment() != tenants::v1::ENVIRONMENT_SANDBOX) return ok();
  const auto tenant = TenantId::parse(event.tenant_id());
  CHECK(tenant, "a tenant was created without an id");
  return payments::decide_connect_psp_account(work, *tenant, {"sandbox", "default"});
}

// What a session learns of its payment. Whatever changes a payment's status stands here.
template <class Event>
Status follow_payment(engine::Work& work, const engine::EventContext&, const Event& event) {
  checkout::follow_payment(work, event.payment_id());
  return ok();
}

}  // namespace

void register_policies(engine::Registry& registry) {
  registry.on_reaction<tenants::v1::TenantCreated>(&connect_sandbox);
  registry.on_reaction<payments::v1::AttemptUpdated>(&follow_payment<payments::v1::AttemptUpdated>);
  registry.on_reaction<payments::v1::OperationUpdated>(&follow_payment<payments::v1::OperationUpdated>);
  registry.on_reaction<payments::v1::OperationCorrected>(&follow_payment<payments::v1::OperationCorrected>);
  registry.on_reaction<payments::v1::PaymentCanceled>(&follow_payment<payments::v1::PaymentCanceled>);
  registry.on_reaction<payments::v1::PaymentExpired>(&follow_payment<payments::v1::PaymentExpired>);
}

}  // namespace florin::app
