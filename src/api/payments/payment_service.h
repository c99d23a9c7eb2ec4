// PaymentService over the lane and the state: florin/payments/v1/payments.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "api/payments/card_claims.h"
#include "florin/payments/v1/payments.connect.h"
#include "payments/settings.h"

namespace florin::api {

class PaymentService final : public payments::v1::PaymentServiceHandler {
 public:
  // `vault` keeps the cards; null where there is none.
  PaymentService(Platform& platform, const payments::Settings& settings, vault::VaultClient* vault = nullptr)
      : platform_(platform), settings_(settings), cards_(vault, platform.random) {}

  Task<Result<payments::v1::CreatePaymentResponse>> create_payment(const payments::v1::CreatePaymentRequest& request,
                                                                   rpc::Context& context) override;
  Task<Result<payments::v1::ConfirmPaymentResponse>> confirm_payment(const payments::v1::ConfirmPaymentRequest& request,
                                                                     rpc::Context& context) override;
  Task<Result<payments::v1::CapturePaymentResponse>> capture_payment(const payments::v1::CapturePaymentRequest& request,
                                                                     rpc::Context& context) override;
  Task<Result<payments::v1::CancelPaymentResponse>> cancel_payment(const payments::v1::CancelPaymentRequest& request,
                                                                   rpc::Context& context) override;
  Task<Result<payments::v1::RefundPaymentResponse>> refund_payment(const payments::v1::RefundPaymentRequest& request,
                                                                   rpc::Context& context) override;
  Task<Result<payments::v1::GetPaymentResponse>> get_payment(const payments::v1::GetPaymentRequest& request,
                                                             rpc::Context& context) override;
  Task<Result<payments::v1::ListPaymentsResponse>> list_payments(const payments::v1::ListPaymentsRequest& request,
                                                                 rpc::Context& context) override;

 private:
  Platform& platform_;
  const payments::Settings& settings_;
  const CardClaims cards_;
};

}  // namespace florin::api
