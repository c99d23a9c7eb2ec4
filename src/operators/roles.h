// Roles: named sets of permissions, and who may give which.
#pragma once

#include <string_view>

#include "base/id.h"
#include "florin/operators/state/v1/state.pb.h"
#include "florin/operators/v1/operators.pb.h"
#include "tenants/permissions.h"

namespace florin::operators {

// What the role may do at a tenant or, with `platform`, for the platform itself. Nothing for an unspecified role.
tenants::PermissionSet permissions_of(v1::OperatorRole role, bool platform);

// The role that counts at `tenant` (empty for the platform): the stronger one of that there and that at the platform.
// Unspecified for none, and for a disabled operator.
v1::OperatorRole role_at(const state::v1::OperatorRow& row, TenantId tenant);

// Whether one with the role `mine` may give the role `other`, take it away, or change who has it: only an owner may
// where `other` is owner.
bool may_manage(v1::OperatorRole mine, v1::OperatorRole other);

}  // namespace florin::operators
