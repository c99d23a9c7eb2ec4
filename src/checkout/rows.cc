#include "checkout/rows.h"

#include "contracts/convert.h"
#include "payments/fold.h"
#include "store/table_ids.h"

namespace florin::checkout {
namespace {

namespace table_id = store::table_id;

constexpr std::size_t id_size = 12;
static_assert(row_key_size == 2 * id_size);

store::Key tenant_of_key(std::string_view primary_key) {
  return store::Key().raw(primary_key.substr(0, id_size));
}

void index_by_payment(std::string_view, const SessionRow& row, store::IndexKeys& keys) {
  if (const auto id = payments::PaymentId::parse(row.session().payment_id())) keys.add(store::Key().id(*id));
}

void index_by_link(std::string_view key, const SessionRow& row, store::IndexKeys& keys) {
  const auto id = PaymentLinkId::parse(row.session().payment_link_id());
  if (id) keys.add(tenant_of_key(key).id(*id));
}

// The shopper may have done what was asked of them after all, when it was already being given up.
bool is_being_voided(const payments::PaymentRow& payment) {
  const auto attempt = payments::deciding_attempt(payment);
  return attempt && payments::has_open_operation(payment, payments::v1::OPERATION_KIND_VOID,
                                                 payment.payment().attempts(*attempt).id());
}

Error session_not_found() {
  return not_found("checkout_session_not_found",
                   "There is no checkout session with this id. Check the id and that the key is of the same tenant.");
}

}  // namespace

const store::Table<SessionRow>& session_table() {
  static const store::Table<SessionRow> table(
      {table_id::checkout_sessions, "checkout_sessions"},
      {{table_id::checkout_sessions_by_secret,
        [](std::string_view, const SessionRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().text(row.secret()));
        }},
       {table_id::checkout_sessions_by_payment, &index_by_payment},
       {table_id::checkout_sessions_by_status,
        [](std::string_view key, const SessionRow& row, store::IndexKeys& keys) {
          keys.add(tenant_of_key(key).u8(static_cast<std::uint8_t>(row.session().status())));
        }},
       {table_id::checkout_sessions_by_link, &index_by_link}});
  return table;
}

const store::Table<PaymentLinkRow>& link_table() {
  static const store::Table<PaymentLinkRow> table(
      {table_id::payment_links, "payment_links"},
      {{table_id::payment_links_by_secret, [](std::string_view, const PaymentLinkRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().text(row.secret()));
        }}});
  return table;
}

store::Key session_key(TenantId tenant, SessionId session) {
  return store::Key().id(tenant).id(session);
}

store::Key link_key(TenantId tenant, PaymentLinkId link) {
  return store::Key().id(tenant).id(link);
}

RowName name_at_end(std::string_view key) {
  CHECK(key.size() >= row_key_size);
  const std::string_view name = key.substr(key.size() - row_key_size);
  return {TenantId{contracts::position_from_bytes(name.substr(0, id_size))},
          contracts::position_from_bytes(name.substr(id_size))};
}

std::optional<SessionRow> find_session(const store::Reader& reader, TenantId tenant, SessionId session) {
  return session_table().get(reader, session_key(tenant, session));
}

std::optional<SessionRow> find_session_of_payment(const store::Reader& reader, payments::PaymentId payment) {
  auto rows = session_table().list_by(reader, table_id::checkout_sessions_by_payment, store::Key().id(payment), 1);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front().row);
}

std::optional<PaymentLinkRow> find_link(const store::Reader& reader, TenantId tenant, PaymentLinkId link) {
  return link_table().get(reader, link_key(tenant, link));
}

Result<SessionRow> require_session(const store::Reader& reader, TenantId tenant, std::string_view id) {
  const auto session = SessionId::parse(id);
  auto row = session ? find_session(reader, tenant, *session) : std::nullopt;
  if (!row) return session_not_found();
  return std::move(*row);
}

Result<PaymentLinkRow> require_link(const store::Reader& reader, TenantId tenant, std::string_view id) {
  const auto link = PaymentLinkId::parse(id);
  auto row = link ? find_link(reader, tenant, *link) : std::nullopt;
  if (row) return std::move(*row);
  return not_found("payment_link_not_found",
                   "There is no payment link with this id. Check the id and that the key is of the same tenant.");
}

std::optional<payments::PaymentRow> payment_row_of(const store::Reader& reader, TenantId tenant,
                                                   const SessionRow& row) {
  const auto id = payments::PaymentId::parse(row.session().payment_id());
  return id ? payments::find_payment(reader, tenant, *id) : std::nullopt;
}

bool is_open(const SessionRow& row) {
  return row.session().status() == v1::CHECKOUT_SESSION_STATUS_OPEN;
}

bool is_past(const SessionRow& row, Timestamp now) {
  return contracts::from_message(row.session().expire_time()) <= now;
}

bool is_under_way(const payments::PaymentRow& payment) {
  const auto status = payment.payment().status();
  return status == payments::v1::PAYMENT_STATUS_PROCESSING || status == payments::v1::PAYMENT_STATUS_REQUIRES_ACTION ||
         (status == payments::v1::PAYMENT_STATUS_REQUIRES_CAPTURE && is_being_voided(payment));
}

bool is_paid(const payments::PaymentRow& payment) {
  const auto status = payment.payment().status();
  return status == payments::v1::PAYMENT_STATUS_SUCCEEDED ||
         (status == payments::v1::PAYMENT_STATUS_REQUIRES_CAPTURE && !is_being_voided(payment));
}

v1::PaymentLinkStatus status_of(const PaymentLinkRow& row, Timestamp now) {
  const v1::PaymentLink& link = row.payment_link();
  if (link.use() == v1::PAYMENT_LINK_USE_SINGLE && link.completed_count() > 0) return v1::PAYMENT_LINK_STATUS_USED;
  if (link.has_expire_time() && contracts::from_message(link.expire_time()) <= now) {
    return v1::PAYMENT_LINK_STATUS_EXPIRED;
  }
  return row.inactive() ? v1::PAYMENT_LINK_STATUS_INACTIVE : v1::PAYMENT_LINK_STATUS_ACTIVE;
}

}  // namespace florin::checkout
