// POST /webhooks/<connector>/<account>: what providers tell us. The signature is checked over the raw bytes; 200 is
// answered only when the webhook is durable.
#pragma once

#include "api/common/platform.h"
#include "api/webhooks/psp_accounts.h"
#include "connectors/registry.h"
#include "http/exchange.h"
#include "payments/settings.h"

namespace florin::api {

inline constexpr std::string_view webhook_path = "/webhooks/";
inline constexpr std::size_t webhook_body_max = 256 * 1024;

class WebhookHandler final : public http::Handler {
 public:
  struct Parts {
    Platform& platform;
    const connectors::Registry& connectors;
    const PspAccounts& accounts;
    const payments::Settings& settings;
  };
  explicit WebhookHandler(Parts parts) : parts_(parts) {}

  // 200; 400 for a body that cannot be read; 401 for a bad or old signature; 404 for an unknown account; 405; 413; 503
  // when overloaded.
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  Task<Status> receive(http::Exchange& exchange);
  Task<Status> record(http::Exchange& exchange, const connectors::Account& account, std::string body,
                      connectors::v1::PspWebhook content);

  Parts parts_;
};

}  // namespace florin::api
