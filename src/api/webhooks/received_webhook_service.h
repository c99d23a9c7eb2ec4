// ReceivedWebhookService over the state: florin/webhooks/v1/webhooks.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "florin/webhooks/v1/webhooks.connect.h"

namespace florin::api {

class ReceivedWebhookService final : public webhooks::v1::ReceivedWebhookServiceHandler {
 public:
  explicit ReceivedWebhookService(Platform& platform) : platform_(platform) {}

  Task<Result<webhooks::v1::GetReceivedWebhookResponse>> get_received_webhook(
      const webhooks::v1::GetReceivedWebhookRequest& request, rpc::Context& context) override;
  Task<Result<webhooks::v1::ListReceivedWebhooksResponse>> list_received_webhooks(
      const webhooks::v1::ListReceivedWebhooksRequest& request, rpc::Context& context) override;

 private:
  Platform& platform_;
};

}  // namespace florin::api
