#include "operators/roles.h"

#include <algorithm>

namespace florin::operators {
namespace {

using tenants::Permission;
using tenants::PermissionSet;

constexpr std::array support_permissions = {
    Permission::tenants_read, Permission::payments_read, Permission::payments_write, Permission::refunds_write,
    Permission::events_read,  Permission::checkout_read, Permission::checkout_write};
constexpr std::array finance_permissions = {Permission::ledger_read, Permission::ledger_write};

// Everything whose name ends in ".read", so that a new permission needs no line here.
PermissionSet all_reads(bool platform) {
  PermissionSet set;
  for (const auto name : tenants::permission_names) {
    if (name.ends_with(".read")) set.add_name(name, platform);
  }
  return set;
}

}  // namespace

PermissionSet permissions_of(v1::OperatorRole role, bool platform) {
  PermissionSet set;
  switch (role) {
    case v1::OPERATOR_ROLE_OWNER:
    case v1::OPERATOR_ROLE_ADMIN:
      set = PermissionSet::all(platform);
      // Operators are managed by operators, which is more than a tenant's key may do.
      set.add(Permission::operators_write);
      return set;
    case v1::OPERATOR_ROLE_FINANCE:
      for (const auto permission : finance_permissions) set.add(permission);
      [[fallthrough]];
    case v1::OPERATOR_ROLE_SUPPORT:
      for (const auto permission : support_permissions) set.add(permission);
      if (platform) set.add(Permission::system_read);
      return set;
    case v1::OPERATOR_ROLE_VIEWER:
      return all_reads(platform);
    default:
      return set;
  }
}

v1::OperatorRole role_at(const state::v1::OperatorRow& row, TenantId tenant) {
  if (row.disabled()) return v1::OPERATOR_ROLE_UNSPECIFIED;
  const std::string here = tenant.empty() ? std::string() : tenant.to_string();
  auto role = v1::OPERATOR_ROLE_UNSPECIFIED;
  for (const auto& grant : row.grants()) {
    if (!grant.tenant_id().empty() && grant.tenant_id() != here) continue;
    // The stronger role has the lower number; unspecified is the weakest.
    const bool stronger = role == v1::OPERATOR_ROLE_UNSPECIFIED || grant.role() < role;
    if (stronger) role = grant.role();
  }
  return role;
}

bool may_manage(v1::OperatorRole mine, v1::OperatorRole other) {
  if (mine == v1::OPERATOR_ROLE_OWNER) return true;
  return mine == v1::OPERATOR_ROLE_ADMIN && other != v1::OPERATOR_ROLE_OWNER;
}

}  // namespace florin::operators
