// Tenants and the API keys with which they call.
//
// The platform's own keys stand under the empty tenant. Decide functions run on the lane, queries on any thread over a
// snapshot. A request has passed the field rules of its .proto before it comes here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "engine/registry.h"
#include "engine/work.h"
#include "florin/tenants/state/v1/state.pb.h"
#include "florin/tenants/v1/tenants.pb.h"
#include "store/reader.h"
#include "tenants/secrets.h"

namespace florin::tenants {

struct ApiKeyTag {
  static constexpr std::string_view prefix = "key_";
};
using ApiKeyId = Id<ApiKeyTag>;

// Declares this domain's events.
void register_events(engine::Registry& registry);

// The records of a new tenant's first two keys.
struct NewSecrets {
  SecretRecord secret;
  SecretRecord publishable;
};

// The answers below leave the secrets themselves out, because an answer is kept with its idempotency key. The API adds
// them, unless the answer was replayed: then they were shown before.

// Makes a tenant with a secret key that may do everything and a publishable key. Errors: permission_denied
// (platform_key_required), invalid_argument (environment_unknown).
Result<v1::CreateTenantResponse> decide_create_tenant(engine::Work& work, const v1::CreateTenantRequest& request,
                                                      const NewSecrets& secrets);

// Makes a key for the calling tenant, or one more key for the platform. Errors: invalid_argument (permission_unknown,
// api_key_kind_unknown, publishable_permissions), permission_denied (permission_not_held), resource_exhausted
// (api_keys_full), unauthenticated (api_key_revoked).
Result<v1::CreateApiKeyResponse> decide_create_api_key(engine::Work& work, const v1::CreateApiKeyRequest& request,
                                                       const SecretRecord& secret);

// Revoking again gives the same answer and no event. Errors: not_found (api_key_not_found), failed_precondition
// (last_api_key).
Result<v1::RevokeApiKeyResponse> decide_revoke_api_key(engine::Work& work, const v1::RevokeApiKeyRequest& request);

// Makes the platform's first key; false, and nothing happens, if the platform has one that is not revoked.
Result<bool> decide_bootstrap_platform_key(engine::Work& work, const SecretRecord& secret);

// The caller's own tenant or, for the platform (empty `caller`), any. Errors: not_found (tenant_not_found),
// invalid_argument (tenant_id_missing).
Result<v1::GetTenantResponse> get_tenant(const store::Reader& reader, TenantId caller,
                                         const v1::GetTenantRequest& request);

// Oldest first. Errors: invalid_argument (page_token_invalid).
Result<v1::ListTenantsResponse> list_tenants(const store::Reader& reader, const v1::ListTenantsRequest& request);

// The tenant's keys, oldest first, without last_use_time (see KeyRing). Errors: invalid_argument (page_token_invalid).
Result<v1::ListApiKeysResponse> list_api_keys(const store::Reader& reader, TenantId tenant,
                                              const v1::ListApiKeysRequest& request);

// The tenant's key with this id, revoked or not, as the API shows it.
std::optional<v1::ApiKey> find_visible_api_key(const store::Reader& reader, TenantId tenant, std::string_view id);

struct FoundApiKey {
  TenantId tenant;  // empty for the platform
  ApiKeyId id;
  state::v1::ApiKeyRow row;
};
// The key with this secret, revoked or not.
std::optional<FoundApiKey> find_api_key_by_secret(const store::Reader& reader, std::string_view sha256);

}  // namespace florin::tenants
