// Who is calling, as every API service sees it.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/context.h"
#include "operators/operators.h"
#include "rpc/context.h"
#include "tenants/auth.h"

namespace florin::api {

// What Authenticate leaves in the call's context.
struct Caller {
  // What the caller may do, and where. For an operator it says what the role there makes of it, and has no id.
  std::shared_ptr<const tenants::AuthenticatedKey> key;
  // The operator who is signed in; nothing (null) for an API key.
  std::shared_ptr<const operators::SignedIn> session{};

  TenantId tenant() const { return key->tenant; }
  engine::Actor actor() const;
};

// The caller of a call that passed Authenticate. CHECKs that it did, and that the method is not public.
const Caller& caller_of(rpc::Context& context);

// The session of a call of an `operator_only` method.
const operators::SignedIn& session_of(rpc::Context& context);

// Request header with which the platform's own key reads for a tenant, and an operator says which tenant a call is for:
// "ten_...".
inline constexpr std::string_view tenant_header = "florin-tenant";

// The tenant the call is for: the caller's own or, for the platform's key and a method without side effects, the one in
// the header. Errors: permission_denied (tenant_key_required), invalid_argument (tenant_invalid, tenant_missing).
Result<TenantId> tenant_of(rpc::Context& context);

// The call's trace in the engine's form.
engine::TraceContext trace_of(const rpc::Context& context);

}  // namespace florin::api
