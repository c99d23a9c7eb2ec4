// Reading sessions and links. Runs on any thread over a snapshot.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "checkout/ids.h"
#include "checkout/settings.h"
#include "florin/checkout/v1/checkout.pb.h"
#include "florin/checkout/v1/shopper.pb.h"
#include "store/reader.h"

namespace florin::checkout {

// Who holds a secret: a shopper at this tenant, with a session or with a link.
struct Shopper {
  TenantId tenant;
  std::optional<SessionId> session;
  std::optional<PaymentLinkId> link;
};
// Nothing for a secret that is unknown.
std::optional<Shopper> find_shopper(const store::Reader& reader, std::string_view secret);

// Where a query reads, and for whom.
struct Scope {
  const store::Reader& reader;
  const Settings& settings;
  TenantId tenant;
  Timestamp now;
};

// checkout_session_not_found for another tenant's session as for one that never was.
Result<v1::GetCheckoutSessionResponse> get_session(const Scope& scope, const v1::GetCheckoutSessionRequest& request);
// Newest first. page_token_invalid for a token that is not of this list.
Result<v1::ListCheckoutSessionsResponse> list_sessions(const Scope& scope,
                                                       const v1::ListCheckoutSessionsRequest& request);
// payment_link_not_found for another tenant's link as for one that never was.
Result<v1::GetPaymentLinkResponse> get_link(const Scope& scope, const v1::GetPaymentLinkRequest& request);
Result<v1::ListPaymentLinksResponse> list_links(const Scope& scope, const v1::ListPaymentLinksRequest& request);

// What the shopper sees. Errors: not_found (checkout_session_not_found).
Result<v1::Checkout> view_checkout(const Scope& scope, SessionId session);

}  // namespace florin::checkout
