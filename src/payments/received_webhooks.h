// Reading what providers told us by webhook. Runs on any thread over a snapshot.
#pragma once

#include "base/result.h"
#include "florin/webhooks/v1/webhooks.pb.h"
#include "payments/ids.h"
#include "store/reader.h"

namespace florin::payments {

// With its body. received_webhook_not_found for another tenant's as for one that never was.
Result<webhooks::v1::GetReceivedWebhookResponse> get_received_webhook(
    const store::Reader& reader, TenantId tenant, const webhooks::v1::GetReceivedWebhookRequest& request);

// Newest first, of the tenant or, for the platform (empty), those about no known payment. page_token_invalid for a
// token that is not of this list.
Result<webhooks::v1::ListReceivedWebhooksResponse> list_received_webhooks(
    const store::Reader& reader, TenantId tenant, const webhooks::v1::ListReceivedWebhooksRequest& request);

}  // namespace florin::payments
