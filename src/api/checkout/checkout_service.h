// CheckoutService over the lane and the state: florin/checkout/v1/checkout.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "checkout/settings.h"
#include "florin/checkout/v1/checkout.connect.h"

namespace florin::api {

class CheckoutService final : public checkout::v1::CheckoutServiceHandler {
 public:
  // Both must outlive the service.
  CheckoutService(Platform& platform, const checkout::Settings& settings) : platform_(platform), settings_(settings) {}

  Task<Result<checkout::v1::CreateCheckoutSessionResponse>> create_checkout_session(
      const checkout::v1::CreateCheckoutSessionRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::GetCheckoutSessionResponse>> get_checkout_session(
      const checkout::v1::GetCheckoutSessionRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::ListCheckoutSessionsResponse>> list_checkout_sessions(
      const checkout::v1::ListCheckoutSessionsRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::CancelCheckoutSessionResponse>> cancel_checkout_session(
      const checkout::v1::CancelCheckoutSessionRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::CreatePaymentLinkResponse>> create_payment_link(
      const checkout::v1::CreatePaymentLinkRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::GetPaymentLinkResponse>> get_payment_link(
      const checkout::v1::GetPaymentLinkRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::ListPaymentLinksResponse>> list_payment_links(
      const checkout::v1::ListPaymentLinksRequest& request, rpc::Context& context) override;
  Task<Result<checkout::v1::UpdatePaymentLinkResponse>> update_payment_link(
      const checkout::v1::UpdatePaymentLinkRequest& request, rpc::Context& context) override;

 private:
  Platform& platform_;
  const checkout::Settings& settings_;
};

}  // namespace florin::api
