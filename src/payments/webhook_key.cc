#include "payments/webhook_key.h"

#include "crypto/hash.h"

namespace florin::payments {

store::Key webhook_key(const v1::WebhookReceived& webhook) {
  std::string identity = webhook.webhook().event_id();
  identity.push_back('\0');
  identity += webhook.body();
  const auto hash = crypto::sha256(identity);
  return store::Key()
      .text(webhook.connector())
      .text(webhook.psp_account())
      .raw({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

}  // namespace florin::payments
