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

// Request header with which the platform's own key reads for a tenant: "ten_...".
inline constexpr std::string_view tenant_header = "florin-tenant";

// The tenant the call is for: the caller's own or, for the platform's key and a method without side effects, the one in
// the header. Errors: permission_denied (tenant_key_required), invalid_argument (tenant_invalid).
Result<TenantId> tenant_of(rpc::Context& context);

// The call's trace in the engine's form.
engine::TraceContext trace_of(const rpc::Context& context);

}  // namespace florin::api
