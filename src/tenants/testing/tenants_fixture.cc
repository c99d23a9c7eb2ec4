#include "tenants/testing/tenants_fixture.h"

#include <utility>

namespace florin::tenants {

TenantsFixture::TenantsFixture() {
  register_events(registry_);
  engine::SynchronousPartition::Options options;
  options.registry = &registry_;
  partition_.emplace(options);
  CHECK(run(system_context(), [&](engine::Work& work) {
          return decide_bootstrap_platform_key(work, platform_secret_.record);
        }).value());
}

engine::CommandContext TenantsFixture::key_context(TenantId tenant, const std::string& key_id) {
  engine::CommandContext context;
  context.tenant = tenant;
  context.actor = {tenant.empty() ? journal::v1::ACTOR_KIND_PLATFORM : journal::v1::ACTOR_KIND_API_KEY, key_id};
  context.name = "florin.tenants.v1.TenantService/Test";
  return context;
}

engine::CommandContext TenantsFixture::platform() const {
  const auto key = find_api_key_by_secret(partition_->state(), platform_secret_.record.sha256);
  return key_context({}, key.value().id.to_string());
}

TenantsFixture::Made TenantsFixture::create_tenant(const std::string& name) {
  v1::CreateTenantRequest request;
  request.set_name(name);
  return create_tenant(request);
}

TenantsFixture::Made TenantsFixture::create_tenant(const v1::CreateTenantRequest& request) {
  Made made;
  made.secret = make_secret(system_random(), SecretKind::secret, request.environment());
  made.publishable = make_secret(system_random(), SecretKind::publishable, request.environment());
  made.response = run(platform(), [&](engine::Work& work) {
                    return decide_create_tenant(work, request, {made.secret.record, made.publishable.record});
                  }).value();
  made.tenant = made.response.tenant();
  made.id = TenantId::parse(made.tenant.id()).value();
  made.secret_key_id = find_api_key_by_secret(partition_->state(), made.secret.record.sha256).value().id;
  return made;
}

Result<v1::CreateApiKeyResponse> TenantsFixture::create_key(const engine::CommandContext& caller,
                                                            const v1::CreateApiKeyRequest& request) {
  const auto secret = make_secret(system_random(), SecretKind::secret, v1::ENVIRONMENT_SANDBOX);
  return run(caller, [&](engine::Work& work) { return decide_create_api_key(work, request, secret.record); });
}

Result<v1::CreateApiKeyResponse> TenantsFixture::create_key(const engine::CommandContext& caller,
                                                            const std::string& name,
                                                            const std::vector<std::string>& permissions) {
  v1::CreateApiKeyRequest request;
  request.set_name(name);
  for (const auto& permission : permissions) request.add_permissions(permission);
  return create_key(caller, request);
}

Result<v1::RevokeApiKeyResponse> TenantsFixture::revoke_key(const engine::CommandContext& caller,
                                                            const std::string& key_id) {
  v1::RevokeApiKeyRequest request;
  request.set_api_key_id(key_id);
  return run(caller, [&](engine::Work& work) { return decide_revoke_api_key(work, request); });
}

}  // namespace florin::tenants
