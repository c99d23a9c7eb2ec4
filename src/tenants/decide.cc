#include <utility>

#include "florin/tenants/v1/events.pb.h"
#include "tenants/limits.h"
#include "tenants/state.h"
#include "tenants/tenants.h"

namespace florin::tenants {
namespace {

Error api_key_not_found(std::string_view id) {
  return not_found("api_key_not_found", fmt::format("No API key {}. ListApiKeys shows the ones there are.", id));
}

// A key about to be made.
struct NewKey {
  TenantId tenant;  // empty for the platform
  std::string name;
  v1::ApiKeyKind kind = v1::API_KEY_KIND_SECRET;
  std::vector<std::string> permissions;
  const SecretRecord& secret;
};

ApiKeyId emit_api_key_created(engine::Work& work, const NewKey& key) {
  const auto id = work.new_id<ApiKeyTag>();
  v1::ApiKeyCreated event;
  event.set_api_key_id(id.to_string());
  event.set_name(key.name);
  event.set_kind(key.kind);
  for (const auto& permission : key.permissions) event.add_permissions(permission);
  event.set_secret_sha256(key.secret.sha256);
  event.set_hint(key.secret.hint);
  event.set_platform(key.tenant.empty());
  work.emit_for(key.tenant, id.to_string(), event);
  return id;
}

v1::ApiKey show_api_key(const engine::Work& work, TenantId tenant, ApiKeyId id) {
  return to_api_key(id, find_api_key(work.state(), tenant, id).value());
}

// The key that gave the command, if a key did.
std::optional<ApiKeyId> calling_key(const engine::Work& work) {
  return ApiKeyId::parse(work.context().actor.id);
}

// What the caller holds. Florin itself and an operator hold everything.
Result<PermissionSet> held_by_caller(const engine::Work& work) {
  const auto id = calling_key(work);
  if (!id) return PermissionSet::all(work.tenant().empty());
  const auto row = find_api_key(work.state(), work.tenant(), *id);
  // It was good when the request came in, but others were decided before it.
  if (!row || !is_active(*row)) {
    return Error(Code::unauthenticated, ErrorDomain::permission, "api_key_revoked",
                 "This API key was revoked. Use another one.");
  }
  return permissions_of(*row);
}

// Calls `visit` with each key of the tenant that is not revoked.
template <class Visit>
void for_active_keys(const engine::Work& work, TenantId tenant, Visit visit) {
  api_key_table().walk(work.state(), store::Key().id(tenant), {},
                       [&](std::string_view key, const state::v1::ApiKeyRow& row) {
                         if (is_active(row)) visit(id_at_end<ApiKeyTag>(key), row);
                         return true;
                       });
}

std::size_t count_active_keys(const engine::Work& work, TenantId tenant) {
  std::size_t count = 0;
  for_active_keys(work, tenant, [&](ApiKeyId, const state::v1::ApiKeyRow&) { ++count; });
  return count;
}

bool can_make_keys(const state::v1::ApiKeyRow& row) {
  return permissions_of(row).has(Permission::api_keys_write);
}

// The permissions that a request asks for, as they will be stored. Everything, if it names none.
Result<std::vector<std::string>> asked_permissions(engine::Work& work, const v1::CreateApiKeyRequest& request,
                                                   v1::ApiKeyKind kind) {
  if (kind == v1::API_KEY_KIND_PUBLISHABLE) {
    if (request.permissions().empty()) return std::vector<std::string>{};
    return invalid_argument(
               "publishable_permissions",
               "A publishable key holds no permissions: it may call what is marked publishable. Leave them out.")
        .with_violation("permissions", "must be empty for a publishable key");
  }
  std::vector<std::string> names(request.permissions().begin(), request.permissions().end());
  if (names.empty()) names.emplace_back(all_permissions);
  ASSIGN_OR_RETURN(const auto asked, PermissionSet::parse(names, work.tenant().empty()));
  ASSIGN_OR_RETURN(const auto held, held_by_caller(work));
  if (held.includes(asked)) return names;
  return Error(Code::permission_denied, ErrorDomain::permission, "permission_not_held",
               fmt::format("A key can only be given what the calling key holds itself. It lacks: {}.",
                           asked.without(held).to_string()));
}

}  // namespace

Result<v1::CreateTenantResponse> decide_create_tenant(engine::Work& work, const v1::CreateTenantRequest& request,
                                                      const NewSecrets& secrets) {
  if (!work.tenant().empty()) {
    return Error(Code::permission_denied, ErrorDomain::permission, "platform_key_required",
                 "Only the platform's own key may make tenants.");
  }
  if (!v1::Environment_IsValid(request.environment())) {
    return invalid_argument("environment_unknown", "The environment is not one that Florin knows.")
        .with_violation("environment", "must be sandbox or live");
  }
  const auto id = work.new_id<TenantTag>();
  v1::TenantCreated event;
  event.set_tenant_id(id.to_string());
  event.set_name(request.name());
  event.set_environment(request.environment() == v1::ENVIRONMENT_UNSPECIFIED ? v1::ENVIRONMENT_SANDBOX
                                                                             : request.environment());
  *event.mutable_limits() = request.limits();
  work.emit_for(id, id.to_string(), event);
  emit_api_key_created(
      work, {id, "First secret key", v1::API_KEY_KIND_SECRET, {std::string(all_permissions)}, secrets.secret});
  emit_api_key_created(work, {id, "First publishable key", v1::API_KEY_KIND_PUBLISHABLE, {}, secrets.publishable});

  v1::CreateTenantResponse response;
  *response.mutable_tenant() = to_tenant(id, find_tenant(work.state(), id).value());
  return response;
}

Result<v1::CreateApiKeyResponse> decide_create_api_key(engine::Work& work, const v1::CreateApiKeyRequest& request,
                                                       const SecretRecord& secret) {
  const auto kind = request.kind() == v1::API_KEY_KIND_UNSPECIFIED ? v1::API_KEY_KIND_SECRET : request.kind();
  const bool platform = work.tenant().empty();
  if (!v1::ApiKeyKind_IsValid(kind) || (platform && kind != v1::API_KEY_KIND_SECRET)) {
    return invalid_argument("api_key_kind_unknown", "There is no such kind of API key.")
        .with_violation("kind", platform ? "must be secret for the platform" : "must be secret or publishable");
  }
  ASSIGN_OR_RETURN(auto permissions, asked_permissions(work, request, kind));
  if (count_active_keys(work, work.tenant()) >= active_keys_max) {
    return resource_exhausted("api_keys_full",
                              fmt::format("There are {} API keys already. Revoke one first.", active_keys_max),
                              std::nullopt);
  }
  const auto id = emit_api_key_created(work, {work.tenant(), request.name(), kind, std::move(permissions), secret});
  v1::CreateApiKeyResponse response;
  *response.mutable_api_key() = show_api_key(work, work.tenant(), id);
  return response;
}

Result<v1::RevokeApiKeyResponse> decide_revoke_api_key(engine::Work& work, const v1::RevokeApiKeyRequest& request) {
  const auto id = ApiKeyId::parse(request.api_key_id());
  const auto row = id ? find_api_key(work.state(), work.tenant(), *id) : std::nullopt;
  if (!row) return api_key_not_found(request.api_key_id());
  if (is_active(*row)) {
    bool another = false;
    for_active_keys(work, work.tenant(), [&](ApiKeyId other, const state::v1::ApiKeyRow& other_row) {
      another |= other != *id && can_make_keys(other_row);
    });
    if (calling_key(work) == id && can_make_keys(*row) && !another) {
      return failed_precondition(
          "last_api_key",
          "This is the last key that may make keys, and it cannot revoke itself. Make another one first.");
    }
    v1::ApiKeyRevoked event;
    event.set_api_key_id(request.api_key_id());
    work.emit(request.api_key_id(), event);
  }
  v1::RevokeApiKeyResponse response;
  *response.mutable_api_key() = show_api_key(work, work.tenant(), *id);
  return response;
}

Result<bool> decide_bootstrap_platform_key(engine::Work& work, const SecretRecord& secret) {
  const TenantId platform;
  if (count_active_keys(work, platform) > 0) return false;
  emit_api_key_created(work,
                       {platform, "Platform key", v1::API_KEY_KIND_SECRET, {std::string(all_permissions)}, secret});
  return true;
}

}  // namespace florin::tenants
