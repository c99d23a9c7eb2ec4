// OperatorService over the lane and the state: florin/operators/v1/operators.proto says what each method does.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/common/browser.h"
#include "api/common/platform.h"
#include "api/operators/hash_thread.h"
#include "florin/operators/v1/operators.connect.h"
#include "operators/operators.h"

namespace florin::api {

// The link with which an invited person comes: "<base>/console/#/welcome/<secret>". What stands behind "#" is never
// sent to a server, and so stands in no log.
std::string invitation_url(std::string_view public_base_url, std::string_view secret);

class OperatorService final : public operators::v1::OperatorServiceHandler {
 public:
  // All of it must outlive the service.
  struct Parts {
    Platform& platform;
    const Browser& browser;
    HashThread& hashes;
    std::string public_base_url;
    std::function<void(std::string_view secret)> on_redeemed{};  // nothing for nobody to tell
  };
  explicit OperatorService(Parts parts) : parts_(std::move(parts)) {}

  Task<Result<operators::v1::GetInvitationResponse>> get_invitation(const operators::v1::GetInvitationRequest& request,
                                                                    rpc::Context& context) override;
  Task<Result<operators::v1::RedeemInvitationResponse>> redeem_invitation(
      const operators::v1::RedeemInvitationRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::SignInResponse>> sign_in(const operators::v1::SignInRequest& request,
                                                      rpc::Context& context) override;
  Task<Result<operators::v1::SignOutResponse>> sign_out(const operators::v1::SignOutRequest& request,
                                                        rpc::Context& context) override;
  Task<Result<operators::v1::SignOutEverywhereResponse>> sign_out_everywhere(
      const operators::v1::SignOutEverywhereRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::GetCurrentOperatorResponse>> get_current_operator(
      const operators::v1::GetCurrentOperatorRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::ListSessionsResponse>> list_sessions(const operators::v1::ListSessionsRequest& request,
                                                                  rpc::Context& context) override;
  Task<Result<operators::v1::ChangePasswordResponse>> change_password(
      const operators::v1::ChangePasswordRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::InviteOperatorResponse>> invite_operator(
      const operators::v1::InviteOperatorRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::ListOperatorsResponse>> list_operators(const operators::v1::ListOperatorsRequest& request,
                                                                    rpc::Context& context) override;
  Task<Result<operators::v1::UpdateOperatorResponse>> update_operator(
      const operators::v1::UpdateOperatorRequest& request, rpc::Context& context) override;
  Task<Result<operators::v1::ListOperatorActionsResponse>> list_operator_actions(
      const operators::v1::ListOperatorActionsRequest& request, rpc::Context& context) override;

 private:
  void set_cookie(rpc::Context& context, const operators::Secret& secret) const;

  Parts parts_;
};

}  // namespace florin::api
