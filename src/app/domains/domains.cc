#include "app/domains/domains.h"

#include <algorithm>

#include "app/policies/policies.h"
#include "checkout/commands.h"
#include "connectors/all/all_connectors.h"
#include "ledger/register.h"
#include "operators/operators.h"
#include "payments/register.h"
#include "tenants/tenants.h"

namespace florin::app {
namespace {

payments::ProviderRules provider_rules(std::string_view name) {
  const auto* connector = connectors::all_connectors().find(name);
  if (connector == nullptr) return {.reads_status = true, .absence_proven_after = std::nullopt};
  const auto& capabilities = connector->capabilities();
  payments::ProviderRules rules;
  rules.reads_status = connectors::find_operation(capabilities, connectors::v1::PSP_OPERATION_READ_PAYMENT) != nullptr;
  rules.absence_proven_after = std::nullopt;
  if (capabilities.absence.provable) rules.absence_proven_after = capabilities.absence.after;
  for (const auto& method : capabilities.methods) {
    rules.methods.push_back({method.kind, {method.currencies.begin(), method.currencies.end()}});
  }
  return rules;
}

}  // namespace

payments::Settings payment_settings(std::string public_base_url) {
  return {.public_base_url = std::move(public_base_url), .provider_rules = &provider_rules};
}

void register_domains(engine::Registry& registry, const checkout::Settings& settings) {
  ledger::register_ledger(registry);
  tenants::register_events(registry);
  operators::register_operators(registry);
  payments::register_payments(registry, settings.payments);
  checkout::register_checkout(registry);
  register_policies(registry);
}

}  // namespace florin::app
