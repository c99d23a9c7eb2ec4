// All RPC services of this program behind one router. A new service is one member and one line in the constructor.
#pragma once

#include <string>
#include <vector>

#include "api/checkout/checkout_service.h"
#include "api/checkout/shopper_service.h"
#include "api/common/audit.h"
#include "api/common/authenticate.h"
#include "api/common/browser.h"
#include "api/common/limit_calls.h"
#include "api/common/platform.h"
#include "api/common/refuse_card_numbers.h"
#include "api/common/trace.h"
#include "api/common/validate.h"
#include "api/events/event_service.h"
#include "api/ledger/ledger_service.h"
#include "api/operators/operator_service.h"
#include "api/payments/payment_service.h"
#include "api/system/system_service.h"
#include "api/tenants/tenant_service.h"
#include "api/webhooks/received_webhook_service.h"
#include "engine/registry.h"
#include "payments/settings.h"
#include "rpc/health/health.h"
#include "rpc/observer.h"
#include "rpc/reflection/reflection.h"
#include "rpc/router.h"
#include "tenants/auth.h"

namespace florin::app {

class Services {
 public:
  // Everything here must outlive the services.
  struct Parts {
    api::Platform& platform;
    const engine::Registry& registry;
    const payments::Settings& settings;
    const checkout::Settings& checkout;
    rpc::Observer& observer;
    std::vector<std::string> cors_origins;
    std::string public_base_url;  // how browsers reach this server
    vault::VaultClient* vault;    // null where there is none
    // For SystemService; called from any thread.
    std::function<std::vector<effects::ProviderStats>()> providers;
    std::function<std::vector<api::ChildProcess>()> processes;
    // A link was redeemed; called from any thread.
    std::function<void(std::string_view secret)> on_redeemed;
  };
  explicit Services(Parts parts);

  rpc::Router& router() { return router_; }

 private:
  tenants::KeyRing keys_;
  api::Browser browser_;
  api::HashThread hashes_;
  api::Trace trace_;
  api::Authenticate authenticate_;
  api::LimitCalls limit_calls_;
  api::RefuseCardNumbers refuse_card_numbers_;
  api::Validate validate_;
  api::PaymentService payments_;
  api::CheckoutService checkout_;
  api::ShopperService shoppers_;
  api::LedgerService ledger_;
  api::TenantService tenants_;
  api::EventService events_;
  api::OperatorService operators_;
  api::ReceivedWebhookService webhooks_;
  api::SystemService system_;
  rpc::Health health_;
  rpc::Router router_;
  rpc::Reflection reflection_{router_};
};

}  // namespace florin::app
