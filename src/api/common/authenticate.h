// Authenticate: who is calling, and may they. The rules stand in the method options of the contracts; a method without
// a permission is refused to everybody.
#pragma once

#include "rpc/interceptor.h"
#include "tenants/auth.h"

namespace florin::api {

class Authenticate final : public rpc::Interceptor {
 public:
  // `keys` must outlive the interceptor.
  explicit Authenticate(tenants::KeyRing& keys) : keys_(keys) {}

  // Refuses with unauthenticated (api_key_missing, api_key_invalid) or permission_denied (permission_missing,
  // platform_key_required, secret_key_required).
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;

 private:
  tenants::KeyRing& keys_;
};

}  // namespace florin::api
