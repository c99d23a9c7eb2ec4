// Who is calling, as every API service sees it.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/context.h"
#include "rpc/context.h"
#include "tenants/auth.h"

namespace florin::api {

// What Authenticate leaves in the call's context.
struct Caller {
  std::shared_ptr<const tenants::AuthenticatedKey> key;

  TenantId tenant() const { return key->tenant; }
  engine::Actor actor() const;
};

// The caller of a call that passed Authenticate. CHECKs that it did.
const Caller& caller_of(rpc::Context& context);

// The caller's tenant; the platform's own key must name one where a method acts for a tenant: `permission_denied`
// (tenant_key_required).
Result<TenantId> tenant_of(rpc::Context& context);

// The call's trace in the engine's form.
engine::TraceContext trace_of(const rpc::Context& context);

}  // namespace florin::api
