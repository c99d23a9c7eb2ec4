#include "app/policies/policies.h"

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

}  // namespace

void register_policies(engine::Registry& registry) {
  registry.on_reaction<tenants::v1::TenantCreated>(&connect_sandbox);
}

}  // namespace florin::app
