// CheckoutFixture: the payments fixture with the checkout domain above it. Its tenants are there as rows too: `tenant`
// and `other` are of the sandbox, `live` is not. Sessions learn of their payments as they do in the program.
#pragma once

#include <optional>
#include <string>

#include "checkout/commands.h"
#include "checkout/queries.h"
#include "checkout/settings.h"
#include "payments/testing/payments_fixture.h"

namespace florin::checkout {

// What is sold, by a session or by a link.
struct Sale {
  std::int64_t amount_minor = 1'000;
  std::string currency = "USD";
  bool manual = false;
  std::optional<Duration> lifetime{};
  TenantId tenant{};  // the fixture's tenant if empty
};

class CheckoutFixture : public payments::PaymentsFixture {
 public:
  CheckoutFixture();

  const TenantId live{Position::of(1, 1, 3)};

  // The id of a new session or link. CHECKs that it is accepted.
  std::string create_session(const Sale& sale = {});
  std::string create_link(const Sale& sale = {}, v1::PaymentLinkUse use = v1::PAYMENT_LINK_USE_REUSABLE);
  Result<v1::CreateCheckoutSessionResponse> try_create_session(const v1::CreateCheckoutSessionRequest& request);
  Result<v1::CreatePaymentLinkResponse> try_create_link(const v1::CreatePaymentLinkRequest& request);
  Result<v1::CancelCheckoutSessionResponse> cancel_session(const std::string& id, TenantId caller = {});
  Result<v1::UpdatePaymentLinkResponse> update_link(const std::string& id, bool active, TenantId caller = {});

  // What shoppers of the fixture's tenant do; of another one where it is named.
  Result<OpenedLink> open_link(const std::string& id, TenantId at = {});
  // The id of the session. CHECKs that the link opens.
  std::string opened(const std::string& link_id) { return open_link(link_id).value().session.to_string(); }
  Status pay(const std::string& session_id, const std::string& token = "tok_success",
             const payments::VaultAnswer& vault = {}, TenantId at = {});
  Status leave(const std::string& session_id, TenantId at = {});

  v1::CheckoutSession session(const std::string& id, TenantId at = {});
  v1::CheckoutSessionStatus status(const std::string& id) { return session(id).status(); }
  v1::PaymentLink link(const std::string& id);
  v1::Checkout view(const std::string& session_id, TenantId at = {});
  // The payment of the session; CHECKs that there is one.
  payments::v1::Payment payment_of(const std::string& session_id) { return payment(session(session_id).payment_id()); }

  Scope scope(TenantId at = {}) { return {state(), checkout_settings_, or_own(at), partition().now()}; }
  const Settings& checkout_settings() const { return checkout_settings_; }

 private:
  TenantId or_own(TenantId at) const { return at.empty() ? tenant : at; }
  void add_tenant(TenantId id, const std::string& name, bool is_live);

  const Settings checkout_settings_{settings(), "https://vault.test/card-form/v1/"};
};

// One item that costs all of it.
v1::CheckoutTerms terms_of(const Sale& sale);
// The end of a page's address.
std::string secret_in(const std::string& url);

}  // namespace florin::checkout
