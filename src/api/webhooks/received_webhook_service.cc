#include "api/webhooks/received_webhook_service.h"

#include "api/common/submit.h"
#include "payments/received_webhooks.h"

namespace florin::api {
namespace {

// Unlike other reads this one has something to show for the platform itself.
Result<TenantId> whose(rpc::Context& context) {
  const Caller& caller = caller_of(context);
  const bool names_tenant = context.request_headers().has(tenant_header);
  return caller.tenant().empty() && names_tenant ? tenant_of(context) : caller.tenant();
}

}  // namespace

Task<Result<webhooks::v1::GetReceivedWebhookResponse>> ReceivedWebhookService::get_received_webhook(
    const webhooks::v1::GetReceivedWebhookRequest& request, rpc::Context& context) {
  const auto tenant = whose(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<webhooks::v1::GetReceivedWebhookResponse>(
      platform_, context,
      [&](const store::Reader& reader) { return payments::get_received_webhook(reader, *tenant, request); });
}

Task<Result<webhooks::v1::ListReceivedWebhooksResponse>> ReceivedWebhookService::list_received_webhooks(
    const webhooks::v1::ListReceivedWebhooksRequest& request, rpc::Context& context) {
  const auto tenant = whose(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<webhooks::v1::ListReceivedWebhooksResponse>(
      platform_, context,
      [&](const store::Reader& reader) { return payments::list_received_webhooks(reader, *tenant, request); });
}

}  // namespace florin::api
