// Authenticate: who is calling, and may they. The rules stand in the method options of the contracts; a method without
// a permission is refused to everybody, unless it is public, for shoppers or for operators only.
//
// A shopper is known by the secret in the request (shopper.h). A caller is an API key, or an operator known by the
// session in its cookie; where both come, the key counts. An operator acts at the tenant that the florin-tenant header
// names and, without one, for the platform.
#pragma once

#include "api/common/browser.h"
#include "api/common/caller.h"
#include "api/common/platform.h"
#include "rpc/interceptor.h"
#include "tenants/auth.h"

namespace florin::api {

class Authenticate final : public rpc::Interceptor {
 public:
  // All of it must outlive the interceptor.
  struct Parts {
    tenants::KeyRing& keys;
    Platform& platform;
    const Browser& browser;
  };
  explicit Authenticate(Parts parts) : parts_(parts) {}

  // Refuses with unauthenticated (api_key_missing, api_key_unknown, api_key_revoked, sign_in_required, session_ended),
  // permission_denied (permission_missing, platform_key_required, publishable_key_refused, operator_required,
  // foreign_origin, console_header_missing, tenant_refused), invalid_argument (tenant_invalid, checkout_secret_missing)
  // or not_found (checkout_not_found).
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;

 private:
  Result<Caller> identify(rpc::Context& context, const common::v1::MethodRules& rules);
  Result<Caller> identify_operator(rpc::Context& context, std::string_view secret,
                                   const common::v1::MethodRules& rules);
  // Keeps the session from ending by idleness.
  void note_use(const operators::SignedIn& session);

  Parts parts_;
};

}  // namespace florin::api
