#include "checkout/testing/checkout_fixture.h"

#include "base/check.h"
#include "checkout/secrets.h"
#include "contracts/convert.h"
#include "florin/payments/v1/events.pb.h"
#include "florin/tenants/v1/events.pb.h"
#include "tenants/tenants.h"

namespace florin::checkout {
namespace {

payments::Settings payment_settings() {
  using namespace payments::v1;
  return {.public_base_url = "https://pay.test", .provider_rules = [](std::string_view) {
            return payments::ProviderRules{.reads_status = true,
                                           .absence_proven_after = Duration::seconds(5),
                                           .methods = {{PAYMENT_METHOD_KIND_WALLET, {}},
                                                       {PAYMENT_METHOD_KIND_CARD, {}},
                                                       {PAYMENT_METHOD_KIND_UPI, {"INR"}}}};
          }};
}

template <class Event>
void follow(engine::Registry& registry) {
  registry.on_reaction<Event>([](engine::Work& work, const engine::EventContext&, const Event& event) {
    follow_payment(work, event.payment_id());
    return ok();
  });
}

void declare_checkout(engine::Registry& registry) {
  tenants::register_events(registry);
  register_checkout(registry);
  follow<payments::v1::AttemptUpdated>(registry);
  follow<payments::v1::OperationUpdated>(registry);
  follow<payments::v1::OperationCorrected>(registry);
  follow<payments::v1::PaymentCanceled>(registry);
  follow<payments::v1::PaymentExpired>(registry);
}

}  // namespace

v1::CheckoutTerms terms_of(const Sale& sale) {
  v1::CheckoutTerms terms;
  terms.set_currency(sale.currency);
  v1::LineItem& item = *terms.add_line_items();
  item.set_name("Tea");
  item.set_quantity(1);
  item.set_unit_amount_minor(sale.amount_minor);
  if (sale.manual) terms.set_capture_method(payments::v1::CAPTURE_METHOD_MANUAL);
  return terms;
}

std::string secret_in(const std::string& url) {
  return url.substr(url.find('#') + 1);
}

CheckoutFixture::CheckoutFixture() : PaymentsFixture(payment_settings(), &declare_checkout) {
  add_tenant(tenant, "Tea House", false);
  add_tenant(other, "Other", false);
  add_tenant(live, "Live", true);
  connect(live, "sandbox", "default");
}

void CheckoutFixture::add_tenant(TenantId id, const std::string& name, bool is_live) {
  tenants::v1::TenantCreated event;
  event.set_tenant_id(id.to_string());
  event.set_name(name);
  event.set_environment(is_live ? tenants::v1::ENVIRONMENT_LIVE : tenants::v1::ENVIRONMENT_SANDBOX);
  const auto added = run<Unit>({}, [&](engine::Work& work) -> Status {
    work.emit(event.tenant_id(), event);
    return ok();
  });
  CHECK(added.ok());
}

Result<v1::CreateCheckoutSessionResponse> CheckoutFixture::try_create_session(
    const v1::CreateCheckoutSessionRequest& request) {
  return run<v1::CreateCheckoutSessionResponse>(tenant, [&](engine::Work& work) {
    return decide_create_session(work, checkout_settings_, request, make_session_secret(system_random()));
  });
}

Result<v1::CreatePaymentLinkResponse> CheckoutFixture::try_create_link(const v1::CreatePaymentLinkRequest& request) {
  return run<v1::CreatePaymentLinkResponse>(tenant, [&](engine::Work& work) {
    return decide_create_link(work, checkout_settings_, request, make_link_secret(system_random()));
  });
}

std::string CheckoutFixture::create_session(const Sale& sale) {
  v1::CreateCheckoutSessionRequest request;
  *request.mutable_terms() = terms_of(sale);
  if (sale.lifetime) request.mutable_lifetime()->set_seconds(sale.lifetime->to_seconds());
  return run<v1::CreateCheckoutSessionResponse>(or_own(sale.tenant),
                                                [&](engine::Work& work) {
                                                  return decide_create_session(work, checkout_settings_, request,
                                                                               make_session_secret(system_random()));
                                                })
      .value()
      .session()
      .id();
}

std::string CheckoutFixture::create_link(const Sale& sale, v1::PaymentLinkUse use) {
  v1::CreatePaymentLinkRequest request;
  *request.mutable_terms() = terms_of(sale);
  request.set_use(use);
  if (sale.lifetime) request.mutable_lifetime()->set_seconds(sale.lifetime->to_seconds());
  return try_create_link(request).value().payment_link().id();
}

Result<v1::CancelCheckoutSessionResponse> CheckoutFixture::cancel_session(const std::string& id, TenantId caller) {
  v1::CancelCheckoutSessionRequest request;
  request.set_session_id(id);
  return run<v1::CancelCheckoutSessionResponse>(
      or_own(caller), [&](engine::Work& work) { return decide_cancel_session(work, checkout_settings_, request); });
}

Result<v1::UpdatePaymentLinkResponse> CheckoutFixture::update_link(const std::string& id, bool active,
                                                                   TenantId caller) {
  v1::UpdatePaymentLinkRequest request;
  request.set_payment_link_id(id);
  request.set_active(active);
  return run<v1::UpdatePaymentLinkResponse>(
      or_own(caller), [&](engine::Work& work) { return decide_update_link(work, checkout_settings_, request); });
}

Result<OpenedLink> CheckoutFixture::open_link(const std::string& id, TenantId at) {
  const auto link = PaymentLinkId::parse(id).value();
  return run<OpenedLink>(or_own(at), [&](engine::Work& work) {
    return decide_open_link(work, link, make_session_secret(system_random()));
  });
}

Status CheckoutFixture::pay(const std::string& session_id, const std::string& token, const payments::VaultAnswer& vault,
                            TenantId at) {
  const auto id = SessionId::parse(session_id).value();
  return run<Unit>(or_own(at),
                   [&](engine::Work& work) { return decide_pay(work, checkout_settings_, {id, token, vault}); });
}

Status CheckoutFixture::leave(const std::string& session_id, TenantId at) {
  const auto id = SessionId::parse(session_id).value();
  return run<Unit>(or_own(at), [&](engine::Work& work) { return decide_leave_action(work, id); });
}

v1::CheckoutSession CheckoutFixture::session(const std::string& id, TenantId at) {
  v1::GetCheckoutSessionRequest request;
  request.set_session_id(id);
  return get_session(scope(at), request).value().session();
}

v1::PaymentLink CheckoutFixture::link(const std::string& id) {
  v1::GetPaymentLinkRequest request;
  request.set_payment_link_id(id);
  return get_link(scope(), request).value().payment_link();
}

v1::Checkout CheckoutFixture::view(const std::string& session_id, TenantId at) {
  return view_checkout(scope(at), SessionId::parse(session_id).value()).value();
}

}  // namespace florin::checkout
