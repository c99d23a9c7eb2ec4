#include "app/server/services.h"

#include <array>

#include "api/common/error_detail.h"
#include "api/common/submit.h"
#include "app/server/storage.h"

namespace florin::app {
namespace {

// Without a key: probes have none, and the contracts are public.
constexpr std::array<std::string_view, 3> open_services = {
    "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"};

rpc::CorsOptions cors_options(std::vector<std::string> origins) {
  return {.origins = std::move(origins),
          .allow_headers = {"authorization", std::string(api::idempotency_header), std::string(api::position_header)},
          .expose_headers = {std::string(api::replayed_header), std::string(api::position_header), "retry-after"}};
}

}  // namespace

Services::Services(Parts parts)
    : keys_([&partition = parts.platform.partition] { return partition.snapshot(); }, parts.platform.clock),
      browser_(parts.public_base_url),
      hashes_(parts.platform.random),
      trace_(parts.platform.random),
      authenticate_({keys_, parts.platform, browser_}),
      limit_calls_(parts.platform.clock),
      payments_(parts.platform, parts.settings, parts.vault),
      checkout_(parts.platform, parts.checkout),
      shoppers_(parts.platform, parts.checkout, parts.vault),
      ledger_(parts.platform),
      tenants_(parts.platform, keys_),
      events_(parts.platform, parts.registry),
      operators_({parts.platform, browser_, hashes_, parts.public_base_url, std::move(parts.on_redeemed)}),
      webhooks_(parts.platform),
      system_({parts.platform, program_name(), std::move(parts.providers), std::move(parts.processes)}),
      router_({.interceptors = {&trace_, &authenticate_, &limit_calls_, &refuse_card_numbers_, &validate_},
               .open_services = {open_services.begin(), open_services.end()},
               .observers = {&parts.observer},
               .error_encoder = api::error_detail_encoder(parts.platform.random),
               .admit = [](const http::RequestHead& head) { return api::refuse_card_numbers(head); },
               .cors = cors_options(std::move(parts.cors_origins)),
               .clock = &parts.platform.clock}) {
  payments::v1::mount(router_, payments_);
  checkout::v1::mount(router_, checkout_);
  checkout::v1::mount(router_, shoppers_);
  ledger::v1::mount(router_, ledger_);
  tenants::v1::mount(router_, tenants_);
  events::v1::mount(router_, events_);
  operators::v1::mount(router_, operators_);
  webhooks::v1::mount(router_, webhooks_);
  system::v1::mount(router_, system_);
  grpc::health::v1::mount(router_, health_);
  reflection_.mount_on(router_);
  // Requests reach these services only while the front door is open.
  health_.set("", true);
}

}  // namespace florin::app
