#include "api/common/caller.h"

#include "api/common/trace.h"

namespace florin::api {

engine::Actor Caller::actor() const {
  if (session) return {journal::v1::ACTOR_KIND_OPERATOR, session->name.operator_id.to_string()};
  return {key->platform ? journal::v1::ACTOR_KIND_PLATFORM : journal::v1::ACTOR_KIND_API_KEY, key->id.to_string()};
}

const Caller& caller_of(rpc::Context& context) {
  const Caller* caller = context.get<Caller>();
  CHECK(caller, "{} was reached without authentication", context.spec().procedure);
  return *caller;
}

const operators::SignedIn& session_of(rpc::Context& context) {
  const Caller& caller = caller_of(context);
  CHECK(caller.session, "{} was reached without a session", context.spec().procedure);
  return *caller.session;
}

Result<TenantId> tenant_of(rpc::Context& context) {
  const Caller& caller = caller_of(context);
  if (!caller.tenant().empty()) return caller.tenant();
  if (caller.session) {
    return invalid_argument("tenant_missing", "This method acts for a tenant: name it in a florin-tenant header.");
  }
  const auto named = context.request_headers().get(tenant_header);
  if (!named || !context.spec().no_side_effects()) {
    return Error(Code::permission_denied, ErrorDomain::permission, "tenant_key_required",
                 "This method acts for a tenant: call it with one of the tenant's keys. The platform's key may read "
                 "for a tenant "
                 "that it names in a florin-tenant header.");
  }
  const auto tenant = TenantId::parse(*named);
  if (!tenant) return invalid_argument("tenant_invalid", "florin-tenant must be the id of a tenant: \"ten_...\".");
  return *tenant;
}

engine::TraceContext trace_of(const rpc::Context& context) {
  return to_engine(context.trace());
}

}  // namespace florin::api
