#include "app/server/services.h"

#include "api/common/error_detail.h"
#include "api/common/submit.h"

namespace florin::app {
namespace {

rpc::CorsOptions cors_options(std::vector<std::string> origins) {
  return {.origins = std::move(origins),
          .allow_headers = {"authorization", std::string(api::idempotency_header), std::string(api::position_header)},
          .expose_headers = {std::string(api::replayed_header), std::string(api::position_header), "retry-after"}};
}

}  // namespace

Services::Services(Parts parts)
    : keys_([&partition = parts.platform.partition] { return partition.snapshot(); }, parts.platform.clock),
      trace_(parts.platform.random),
      authenticate_(keys_),
      limit_calls_(parts.platform.clock),
      payments_(parts.platform, parts.settings),
      ledger_(parts.platform),
      tenants_(parts.platform, keys_),
      events_(parts.platform, parts.registry),
      router_({.interceptors = {&trace_, &authenticate_, &limit_calls_, &validate_},
               .observers = {&parts.observer},
               .error_encoder = api::error_detail_encoder(parts.platform.random),
               .cors = cors_options(std::move(parts.cors_origins)),
               .clock = &parts.platform.clock}) {
  payments::v1::mount(router_, payments_);
  ledger::v1::mount(router_, ledger_);
  tenants::v1::mount(router_, tenants_);
  events::v1::mount(router_, events_);
}

}  // namespace florin::app
