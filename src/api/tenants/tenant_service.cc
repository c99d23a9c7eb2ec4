#include "api/tenants/tenant_service.h"

#include "api/common/submit.h"
#include "contracts/convert.h"
#include "tenants/secrets.h"
#include "tenants/tenants.h"

namespace florin::api {
namespace {

using tenants::Secret;
using tenants::SecretKind;

bool was_replayed(rpc::Context& context) {
  return context.response_headers().has(replayed_header);
}

// After a change of keys, before it is answered: nobody gets in any more with what no longer holds.
void forget_keys(tenants::KeyRing& keys, rpc::Context& context) {
  const auto sequence = context.response_headers().get(position_header);
  if (sequence) keys.invalidate(std::stoull(std::string(*sequence)));
}

// Sandbox keys look like sandbox keys.
tenants::v1::Environment environment_of(rpc::Context& context) {
  const auto environment = caller_of(context).key->environment;
  return environment == tenants::v1::ENVIRONMENT_UNSPECIFIED ? tenants::v1::ENVIRONMENT_SANDBOX : environment;
}

SecretKind kind_of(rpc::Context& context, const tenants::v1::CreateApiKeyRequest& request) {
  if (caller_of(context).key->platform) return SecretKind::platform;
  const bool publishable = request.kind() == tenants::v1::API_KEY_KIND_PUBLISHABLE;
  return publishable ? SecretKind::publishable : SecretKind::secret;
}

}  // namespace

Task<Result<tenants::v1::CreateTenantResponse>> TenantService::create_tenant(
    const tenants::v1::CreateTenantRequest& request, rpc::Context& context) {
  const auto environment = request.environment() == tenants::v1::ENVIRONMENT_UNSPECIFIED
                               ? tenants::v1::ENVIRONMENT_SANDBOX
                               : request.environment();
  const Secret secret = tenants::make_secret(platform_.random, SecretKind::secret, environment);
  const Secret publishable = tenants::make_secret(platform_.random, SecretKind::publishable, environment);
  const tenants::NewSecrets records{secret.record, publishable.record};
  auto response = co_await run_command<tenants::v1::CreateTenantResponse>(
      platform_, context, caller_of(context).tenant(), request,
      [&](engine::Work& work) { return tenants::decide_create_tenant(work, request, records); });
  if (response.ok() && !was_replayed(context)) {
    response->set_secret_key(secret.text);
    response->set_publishable_key(publishable.text);
  }
  co_return response;
}

Task<Result<tenants::v1::GetTenantResponse>> TenantService::get_tenant(const tenants::v1::GetTenantRequest& request,
                                                                       rpc::Context& context) {
  co_return co_await run_query<tenants::v1::GetTenantResponse>(platform_, context, [&](const store::Reader& reader) {
    return tenants::get_tenant(reader, caller_of(context).tenant(), request);
  });
}

Task<Result<tenants::v1::ListTenantsResponse>> TenantService::list_tenants(
    const tenants::v1::ListTenantsRequest& request, rpc::Context& context) {
  co_return co_await run_query<tenants::v1::ListTenantsResponse>(
      platform_, context, [&](const store::Reader& reader) { return tenants::list_tenants(reader, request); });
}

Task<Result<tenants::v1::CreateApiKeyResponse>> TenantService::create_api_key(
    const tenants::v1::CreateApiKeyRequest& request, rpc::Context& context) {
  const Secret secret = tenants::make_secret(platform_.random, kind_of(context, request), environment_of(context));
  auto response = co_await run_command<tenants::v1::CreateApiKeyResponse>(
      platform_, context, caller_of(context).tenant(), request,
      [&](engine::Work& work) { return tenants::decide_create_api_key(work, request, secret.record); });
  if (response.ok() && !was_replayed(context)) response->set_secret(secret.text);
  co_return response;
}

Task<Result<tenants::v1::ListApiKeysResponse>> TenantService::list_api_keys(
    const tenants::v1::ListApiKeysRequest& request, rpc::Context& context) {
  auto response =
      co_await run_query<tenants::v1::ListApiKeysResponse>(platform_, context, [&](const store::Reader& reader) {
        return tenants::list_api_keys(reader, caller_of(context).tenant(), request);
      });
  if (!response.ok()) co_return response;
  for (auto& key : *response->mutable_api_keys()) {
    const auto id = tenants::ApiKeyId::parse(key.id());
    const auto last_use = id ? keys_.last_use(*id) : std::nullopt;
    if (last_use) *key.mutable_last_use_time() = contracts::to_message(*last_use);
  }
  co_return response;
}

Task<Result<tenants::v1::RevokeApiKeyResponse>> TenantService::revoke_api_key(
    const tenants::v1::RevokeApiKeyRequest& request, rpc::Context& context) {
  auto response = co_await run_command<tenants::v1::RevokeApiKeyResponse>(
      platform_, context, caller_of(context).tenant(), request,
      [&](engine::Work& work) { return tenants::decide_revoke_api_key(work, request); });
  if (response.ok()) forget_keys(keys_, context);
  co_return response;
}

}  // namespace florin::api
