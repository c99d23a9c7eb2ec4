#include "checkout/queries.h"

#include <algorithm>

#include "base/encoding.h"
#include "checkout/limits.h"
#include "checkout/rows.h"
#include "checkout/secrets.h"
#include "store/table_ids.h"

namespace florin::checkout {
namespace {

namespace table_id = store::table_id;

v1::CheckoutSession to_session(const Scope& scope, const SessionRow& row) {
  v1::CheckoutSession session = row.session();
  session.set_url(page_url(scope.settings.payments.public_base_url, row.secret()));
  return session;
}

v1::PaymentLink to_link(const Scope& scope, const PaymentLinkRow& row) {
  v1::PaymentLink link = row.payment_link();
  link.set_status(status_of(row, scope.now));
  link.set_url(page_url(scope.settings.payments.public_base_url, row.secret()));
  return link;
}

// One way to walk a tenant's sessions, newest last: the table or one of its indexes, under a prefix.
struct Walk {
  std::optional<store::TableId> index;
  store::Key prefix;
};

Walk choose_walk(TenantId tenant, const v1::ListCheckoutSessionsRequest& request) {
  if (const auto link = PaymentLinkId::parse(request.payment_link_id())) {
    return {table_id::checkout_sessions_by_link, store::Key().id(tenant).id(*link)};
  }
  if (request.status() != v1::CHECKOUT_SESSION_STATUS_UNSPECIFIED) {
    return {table_id::checkout_sessions_by_status,
            store::Key().id(tenant).u8(static_cast<std::uint8_t>(request.status()))};
  }
  return {std::nullopt, store::Key().id(tenant)};
}

template <class Visit>
void walk_down(const store::Reader& reader, const Walk& walk, std::string_view from, Visit visit) {
  if (walk.index) {
    session_table().walk_by(reader, *walk.index, walk.prefix, {from, true}, visit);
  } else {
    session_table().walk(reader, walk.prefix, {from, true}, visit);
  }
}

std::size_t page_of(std::int32_t asked) {
  return asked > 0 ? std::min(static_cast<std::size_t>(asked), page_size_max) : page_size_default;
}

// A token is the key at which the next page starts: below the list's prefix, and as long as the list's keys are.
Result<std::string> start_key(const store::Key& prefix, std::size_t key_size, const std::string& page_token) {
  if (page_token.empty()) return std::string();
  auto key = parse_base64url(page_token);
  if (key && key->starts_with(prefix.bytes()) && key->size() == key_size) return std::move(*key);
  return invalid_argument("page_token_invalid", "Pass next_page_token as it came, with the same filters.");
}

// What a secret may be looked up by: keys of text must not hold a zero byte, and ours hold letters and digits only.
bool is_secret(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && std::ranges::all_of(text.substr(prefix.size()), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
         });
}

}  // namespace

std::optional<Shopper> find_shopper(const store::Reader& reader, std::string_view secret) {
  if (is_secret(secret, session_secret_prefix)) {
    const auto rows =
        session_table().list_by(reader, table_id::checkout_sessions_by_secret, store::Key().text(secret), 1);
    if (rows.empty()) return std::nullopt;
    const RowName name = name_at_end(rows.front().key);
    return Shopper{.tenant = name.tenant, .session = SessionId{name.id}, .link = std::nullopt};
  }
  if (!is_secret(secret, link_secret_prefix)) return std::nullopt;
  const auto rows = link_table().list_by(reader, table_id::payment_links_by_secret, store::Key().text(secret), 1);
  if (rows.empty()) return std::nullopt;
  const RowName name = name_at_end(rows.front().key);
  return Shopper{.tenant = name.tenant, .session = std::nullopt, .link = PaymentLinkId{name.id}};
}

Result<v1::GetCheckoutSessionResponse> get_session(const Scope& scope, const v1::GetCheckoutSessionRequest& request) {
  ASSIGN_OR_RETURN(const SessionRow row, require_session(scope.reader, scope.tenant, request.session_id()));
  v1::GetCheckoutSessionResponse response;
  *response.mutable_session() = to_session(scope, row);
  return response;
}

Result<v1::ListCheckoutSessionsResponse> list_sessions(const Scope& scope,
                                                       const v1::ListCheckoutSessionsRequest& request) {
  const Walk walk = choose_walk(scope.tenant, request);
  const std::size_t page = page_of(request.page_size());
  // The key of an index ends with that of the row.
  const std::size_t key_size = walk.index ? walk.prefix.bytes().size() + row_key_size : row_key_size;
  ASSIGN_OR_RETURN(const std::string from, start_key(walk.prefix, key_size, request.page_token()));
  v1::ListCheckoutSessionsResponse response;
  std::size_t looked_at = 0;
  walk_down(scope.reader, walk, from, [&](std::string_view key, const SessionRow& row) {
    if (static_cast<std::size_t>(response.sessions_size()) == page || looked_at == page_scan_max) {
      response.set_next_page_token(base64url(key));
      return false;
    }
    ++looked_at;
    const bool any = request.status() == v1::CHECKOUT_SESSION_STATUS_UNSPECIFIED;
    if (any || row.session().status() == request.status()) *response.add_sessions() = to_session(scope, row);
    return true;
  });
  return response;
}

Result<v1::GetPaymentLinkResponse> get_link(const Scope& scope, const v1::GetPaymentLinkRequest& request) {
  ASSIGN_OR_RETURN(const PaymentLinkRow row, require_link(scope.reader, scope.tenant, request.payment_link_id()));
  v1::GetPaymentLinkResponse response;
  *response.mutable_payment_link() = to_link(scope, row);
  return response;
}

Result<v1::ListPaymentLinksResponse> list_links(const Scope& scope, const v1::ListPaymentLinksRequest& request) {
  const store::Key prefix = store::Key().id(scope.tenant);
  const std::size_t page = page_of(request.page_size());
  ASSIGN_OR_RETURN(const std::string from, start_key(prefix, row_key_size, request.page_token()));
  v1::ListPaymentLinksResponse response;
  link_table().walk(scope.reader, prefix, {from, true}, [&](std::string_view key, const PaymentLinkRow& row) {
    if (static_cast<std::size_t>(response.payment_links_size()) == page) {
      response.set_next_page_token(base64url(key));
      return false;
    }
    *response.add_payment_links() = to_link(scope, row);
    return true;
  });
  return response;
}

}  // namespace florin::checkout
