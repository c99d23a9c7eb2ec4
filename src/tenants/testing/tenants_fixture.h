// A partition with a platform key, and the calls that tests of tenants and of their keys make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "engine/testing/synchronous_partition.h"
#include "tenants/tenants.h"

namespace florin::tenants {

class TenantsFixture {
 public:
  TenantsFixture();

  // A tenant that was made, with its secrets.
  struct Made {
    TenantId id;
    ApiKeyId secret_key_id;
    v1::Tenant tenant;
    v1::CreateTenantResponse response;
    Secret secret;
    Secret publishable;

    // Calls with the first secret key.
    engine::CommandContext caller() const { return key_context(id, secret_key_id.to_string()); }
  };

  engine::SynchronousPartition& partition() { return *partition_; }
  const Secret& platform_secret() const { return platform_secret_; }

  static engine::CommandContext key_context(TenantId tenant, const std::string& key_id);
  static engine::CommandContext system_context() { return {}; }
  // Calls with the platform's first key.
  engine::CommandContext platform() const;

  Made create_tenant(const std::string& name);
  Made create_tenant(const v1::CreateTenantRequest& request);
  Result<v1::CreateApiKeyResponse> create_key(const engine::CommandContext& caller,
                                              const v1::CreateApiKeyRequest& request);
  Result<v1::CreateApiKeyResponse> create_key(const engine::CommandContext& caller, const std::string& name,
                                              const std::vector<std::string>& permissions = {});
  Result<v1::RevokeApiKeyResponse> revoke_key(const engine::CommandContext& caller, const std::string& key_id);

  // Runs `decide` as a command, and gives what it gave.
  template <class Value, class Decide>
  Result<Value> run_value(const engine::CommandContext& context, Decide decide) {
    std::optional<Result<Value>> outcome;
    const auto reply = partition_->run(context, [&](engine::Work& work) -> Result<std::string> {
      outcome = decide(work);
      if (!outcome->ok()) return outcome->error();
      return std::string();
    });
    if (!reply.ok()) return reply.error();
    return *outcome;
  }
  template <class Decide>
  auto run(const engine::CommandContext& context, Decide decide) {
    using Outcome = decltype(decide(std::declval<engine::Work&>()));
    return run_value<typename Outcome::value_type>(context, std::move(decide));
  }

 private:
  engine::Registry registry_;
  std::optional<engine::SynchronousPartition> partition_;
  Secret platform_secret_ = make_secret(system_random(), SecretKind::platform, v1::ENVIRONMENT_UNSPECIFIED);
};

}  // namespace florin::tenants
