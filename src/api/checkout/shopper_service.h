// ShopperService over the lane and the state: florin/checkout/v1/shopper.proto says what each method does.
//
// Its callers hold the secret of a checkout session or of a payment link; Authenticate has found out which.
#pragma once

#include "api/common/platform.h"
#include "api/payments/card_claims.h"
#include "checkout/queries.h"
#include "checkout/settings.h"
#include "florin/checkout/v1/shopper.connect.h"

namespace florin::api {

class ShopperService final : public checkout::v1::ShopperServiceHandler {
 public:
  // `vault` keeps the cards; null where there is none. All of it must outlive the service.
  ShopperService(Platform& platform, const checkout::Settings& settings, vault::VaultClient* vault = nullptr)
      : platform_(platform), settings_(settings), cards_(vault, platform.random) {}

  Task<Result<checkout::v1::OpenPaymentLinkResponse>> open_payment_link(
      const checkout::v1::OpenPaymentLinkRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::GetCheckoutResponse>> get_checkout(const checkout::v1::GetCheckoutRequest& request,
                                                               rpc::Context& context) override;
  Task<Result<checkout::v1::PayCheckoutResponse>> pay_checkout(const checkout::v1::PayCheckoutRequest& request,
                                                               rpc::Context& context) override;
  Task<Result<checkout::v1::LeaveActionResponse>> leave_action(const checkout::v1::LeaveActionRequest& request,
                                                               rpc::Context& context) override;

 private:
  // The page as of `state`.
  Result<checkout::v1::Checkout> view(const store::Reader& state, const checkout::Shopper& shopper) const;

  Platform& platform_;
  const checkout::Settings& settings_;
  const CardClaims cards_;
};

}  // namespace florin::api
