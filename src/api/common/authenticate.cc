#include "api/common/authenticate.h"

#include "api/common/caller.h"
#include "api/common/refuse.h"
#include "api/common/shopper.h"
#include "florin/common/v1/options.pb.h"
#include "operators/roles.h"
#include "tenants/tenants.h"

namespace florin::api {
namespace {

// Longer than any secret that Florin makes.
constexpr std::size_t session_secret_max = 128;

// The key behind "Bearer ": the scheme in any case, one space or more.
std::optional<std::string_view> bearer(std::optional<std::string_view> header) {
  constexpr std::string_view scheme = "bearer";
  if (!header || header->size() <= scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((static_cast<unsigned char>((*header)[i]) | 0x20) != static_cast<unsigned char>(scheme[i])) return std::nullopt;
  }
  const std::size_t start = header->find_first_not_of(' ', scheme.size());
  if (start == scheme.size() || start == std::string_view::npos) return std::nullopt;
  return header->substr(start);
}

Error unauthenticated(std::string_view reason, std::string message) {
  return {Code::unauthenticated, ErrorDomain::permission, reason, std::move(message)};
}

Error permission_denied(std::string_view reason, std::string message) {
  return {Code::permission_denied, ErrorDomain::permission, reason, std::move(message)};
}

// The tenant that the call names; the platform for none, for what only the platform has, and for what is the operator's
// own: a console that still names a tenant where the role was lost can ask what it may do, and sign out.
Result<TenantId> named_tenant(const rpc::Context& context, const common::v1::MethodRules& rules) {
  const auto named = context.request_headers().get(tenant_header);
  if (!named || rules.platform_only() || rules.permission().empty()) return TenantId{};
  const auto tenant = TenantId::parse(*named);
  if (!tenant) return invalid_argument("tenant_invalid", "florin-tenant must be the id of a tenant: \"ten_...\".");
  return *tenant;
}

// What the operator may do at `tenant`, in the form of a key.
Result<tenants::AuthenticatedKey> key_of_role(const store::Reader& state, const operators::SignedIn& session,
                                              TenantId tenant) {
  tenants::AuthenticatedKey key;
  key.tenant = tenant;
  key.kind = tenants::v1::API_KEY_KIND_SECRET;
  key.limits = tenants::platform_limits;
  const auto role = operators::role_at(session.operator_row, tenant);
  key.permissions = operators::permissions_of(role, tenant.empty());
  key.platform = tenant.empty() && role != operators::v1::OPERATOR_ROLE_UNSPECIFIED;
  if (tenant.empty()) return key;
  const auto refused = permission_denied("tenant_refused", "You have no role at this tenant.");
  if (role == operators::v1::OPERATOR_ROLE_UNSPECIFIED) return refused;
  tenants::v1::GetTenantRequest request;
  request.set_tenant_id(tenant.to_string());
  const auto found = tenants::get_tenant(state, {}, request);
  if (!found.ok()) return refused;
  key.environment = found->tenant().environment();
  key.limits = tenants::call_limits(found->tenant().limits());
  return key;
}

Status authorize_operator(const tenants::AuthenticatedKey& key, const common::v1::MethodRules& rules) {
  if (rules.operator_only() && rules.permission().empty()) return ok();
  if (rules.platform_only() && !key.platform) {
    return permission_denied("platform_role_required", "Only operators of the platform may do this.");
  }
  const auto permission = tenants::permission_from_name(rules.permission());
  if (permission && tenants::allows(key, *permission)) return ok();
  return permission_denied("permission_missing",
                           fmt::format("Your role lacks the permission \"{}\" here.", rules.permission()));
}

}  // namespace

Result<Caller> Authenticate::identify(rpc::Context& context, const common::v1::MethodRules& rules) {
  const auto secret = bearer(context.request_headers().get("authorization"));
  const auto cookie = secret ? std::nullopt : parts_.browser.session_secret(context);
  if (cookie) return identify_operator(context, *cookie, rules);
  if (rules.operator_only()) {
    if (secret) return permission_denied("operator_required", "Only a person who is signed in may call this.");
    return unauthenticated("sign_in_required", "Sign in first.");
  }
  // Without the header the secret is empty, which the ring refuses with the right words.
  auto key = parts_.keys.authenticate(secret.value_or(std::string_view()));
  if (!key.ok()) return std::move(key).error().with_metadata("www-authenticate", "Bearer");
  RETURN_IF_ERROR(tenants::authorize(**key, rules));
  return Caller{std::move(*key)};
}

Result<Caller> Authenticate::identify_operator(rpc::Context& context, std::string_view secret,
                                               const common::v1::MethodRules& rules) {
  const auto state = parts_.platform.partition.snapshot();
  auto session = secret.size() > session_secret_max
                     ? std::nullopt
                     : operators::find_session(*state, operators::hash_secret(secret), parts_.platform.clock.now());
  if (!session) {
    return unauthenticated("session_ended", "Your session has ended. Sign in again.")
        .with_metadata("set-cookie", parts_.browser.cleared_cookie(context));
  }
  if (!context.spec().no_side_effects()) RETURN_IF_ERROR(parts_.browser.require_own_page(context));
  ASSIGN_OR_RETURN(const TenantId tenant, named_tenant(context, rules));
  ASSIGN_OR_RETURN(const auto key, key_of_role(*state, *session, tenant));
  RETURN_IF_ERROR(authorize_operator(key, rules));
  note_use(*session);
  return Caller{std::make_shared<const tenants::AuthenticatedKey>(key),
                std::make_shared<const operators::SignedIn>(std::move(*session))};
}

void Authenticate::note_use(const operators::SignedIn& session) {
  if (!operators::is_use_due(session.session_row, parts_.platform.clock.now())) return;
  engine::CommandContext context;
  context.actor = {journal::v1::ACTOR_KIND_OPERATOR, session.name.operator_id.to_string()};
  context.name = "session_use";
  context.priority = engine::Priority::bulk;
  // Nobody waits for it: a use that cannot be noted now is noted with the next call.
  parts_.platform.partition.submit({std::move(context),
                                    [name = session.name](engine::Work& work) -> Result<std::string> {
                                      RETURN_IF_ERROR(operators::decide_use_session(work, name));
                                      return std::string();
                                    },
                                    {}});
}

Task<Result<rpc::MessagePtr>> Authenticate::unary(rpc::Context& context, const google::protobuf::Message& request,
                                                  rpc::Next next) {
  const auto& rules = context.spec().descriptor->options().GetExtension(common::v1::method);
  if (rules.public_() || rules.shopper()) {
    if (auto own = parts_.browser.refuse_foreign_origin(context); !own.ok()) return refuse(std::move(own).error());
    if (rules.public_()) return next(context, request);
    auto shopper = identify_shopper(*parts_.platform.partition.snapshot(), request);
    if (!shopper.ok()) return refuse(std::move(shopper).error());
    context.set(std::move(*shopper));
    return next(context, request);
  }
  auto caller = identify(context, rules);
  if (!caller.ok()) return refuse(std::move(caller).error());
  context.set(std::move(*caller));
  return next(context, request);
}

}  // namespace florin::api
