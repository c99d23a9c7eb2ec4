// What makes a webhook the same as one before: account, the provider's event id, and the content. An id alone is not
// enough, for some providers use one id for two genuine events.
#pragma once

#include "florin/payments/v1/events.pb.h"
#include "store/key.h"

namespace florin::payments {

store::Key webhook_key(const v1::WebhookReceived& webhook);

}  // namespace florin::payments
