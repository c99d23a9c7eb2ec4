#include "app/server/resources.h"

#include <optional>

#include "checkout/queries.h"
#include "operators/operators.h"
#include "payments/queries.h"
#include "tenants/tenants.h"

namespace florin::app {
namespace {

using google::protobuf::Message;

template <class Resource>
std::unique_ptr<Message> boxed(std::optional<Resource> resource) {
  return resource ? std::make_unique<Resource>(std::move(*resource)) : nullptr;
}

std::unique_ptr<Message> read_payment(const store::Reader& state, TenantId tenant, std::string_view id) {
  const auto row = payments::require_payment(state, tenant, id);
  return row.ok() ? std::make_unique<payments::v1::Payment>(row->payment()) : nullptr;
}

std::unique_ptr<Message> read_tenant(const store::Reader& state, TenantId tenant, std::string_view id) {
  tenants::v1::GetTenantRequest request;
  request.set_tenant_id(std::string(id));
  const auto found = tenants::get_tenant(state, tenant, request);
  return found.ok() ? std::make_unique<tenants::v1::Tenant>(found->tenant()) : nullptr;
}

// Whether a link's time is over is not asked here: the audit's own time tells.
constexpr Timestamp no_time;

std::unique_ptr<Message> read_session(const checkout::Scope& scope, std::string_view id) {
  checkout::v1::GetCheckoutSessionRequest request;
  request.set_session_id(std::string(id));
  const auto found = checkout::get_session(scope, request);
  return found.ok() ? std::make_unique<checkout::v1::CheckoutSession>(found->session()) : nullptr;
}

std::unique_ptr<Message> read_payment_link(const checkout::Scope& scope, std::string_view id) {
  checkout::v1::GetPaymentLinkRequest request;
  request.set_payment_link_id(std::string(id));
  const auto found = checkout::get_link(scope, request);
  return found.ok() ? std::make_unique<checkout::v1::PaymentLink>(found->payment_link()) : nullptr;
}

}  // namespace

api::Resources operator_resources(const checkout::Settings& settings) {
  api::Resources resources;
  resources.add("pay_", &read_payment);
  resources.add("ten_", &read_tenant);
  resources.add("chk_", [&settings](const store::Reader& state, TenantId tenant, std::string_view id) {
    return read_session({state, settings, tenant, no_time}, id);
  });
  resources.add("lnk_", [&settings](const store::Reader& state, TenantId tenant, std::string_view id) {
    return read_payment_link({state, settings, tenant, no_time}, id);
  });
  resources.add("key_", [](const store::Reader& state, TenantId tenant, std::string_view id) {
    return boxed(tenants::find_visible_api_key(state, tenant, id));
  });
  resources.add("usr_", [](const store::Reader& state, TenantId tenant, std::string_view id) {
    return boxed(operators::find_visible_operator(state, tenant, id));
  });
  return resources;
}

}  // namespace florin::app
