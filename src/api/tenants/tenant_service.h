// TenantService over the lane and the state: florin/tenants/v1/tenants.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "florin/tenants/v1/tenants.connect.h"
#include "tenants/auth.h"

namespace florin::api {

class TenantService final : public tenants::v1::TenantServiceHandler {
 public:
  // `keys` must outlive the service.
  TenantService(Platform& platform, tenants::KeyRing& keys) : platform_(platform), keys_(keys) {}

  Task<Result<tenants::v1::CreateTenantResponse>> create_tenant(const tenants::v1::CreateTenantRequest& request,
                                                                rpc::Context& context) override;
  Task<Result<tenants::v1::GetTenantResponse>> get_tenant(const tenants::v1::GetTenantRequest& request,
                                                          rpc::Context& context) override;
  Task<Result<tenants::v1::ListTenantsResponse>> list_tenants(const tenants::v1::ListTenantsRequest& request,
                                                              rpc::Context& context) override;
  Task<Result<tenants::v1::CreateApiKeyResponse>> create_api_key(const tenants::v1::CreateApiKeyRequest& request,
                                                                 rpc::Context& context) override;
  Task<Result<tenants::v1::ListApiKeysResponse>> list_api_keys(const tenants::v1::ListApiKeysRequest& request,
                                                               rpc::Context& context) override;
  Task<Result<tenants::v1::RevokeApiKeyResponse>> revoke_api_key(const tenants::v1::RevokeApiKeyRequest& request,
                                                                 rpc::Context& context) override;

 private:
  Platform& platform_;
  tenants::KeyRing& keys_;
};

}  // namespace florin::api
