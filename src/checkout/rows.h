// The rows of sessions and links, and how to find them. Only the apply functions of apply.cc write them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "checkout/ids.h"
#include "florin/checkout/state/v1/state.pb.h"
#include "payments/ids.h"
#include "payments/rows.h"
#include "store/reader.h"
#include "store/table.h"

namespace florin::checkout {

using state::v1::PaymentLinkRow;
using state::v1::SessionRow;

// Rows by (tenant, id), which is also the order of their creation. Indexes by secret and payment, and within a tenant
// by status and by link.
const store::Table<SessionRow>& session_table();
// Rows by (tenant, id); index by secret.
const store::Table<PaymentLinkRow>& link_table();

// Both have keys of this many bytes.
inline constexpr std::size_t row_key_size = 24;
store::Key session_key(TenantId tenant, SessionId session);
store::Key link_key(TenantId tenant, PaymentLinkId link);

// The ids that end the key of a row, in its table as in an index.
struct RowName {
  TenantId tenant;
  Position id;
};
RowName name_at_end(std::string_view key);

std::optional<SessionRow> find_session(const store::Reader& reader, TenantId tenant, SessionId session);
std::optional<SessionRow> find_session_of_payment(const store::Reader& reader, payments::PaymentId payment);
std::optional<PaymentLinkRow> find_link(const store::Reader& reader, TenantId tenant, PaymentLinkId link);

// not_found: checkout_session_not_found, payment_link_not_found.
Result<SessionRow> require_session(const store::Reader& reader, TenantId tenant, std::string_view id);
Result<PaymentLinkRow> require_link(const store::Reader& reader, TenantId tenant, std::string_view id);

// The payment of the session, as it is; nothing before the first try.
std::optional<payments::PaymentRow> payment_row_of(const store::Reader& reader, TenantId tenant, const SessionRow& row);

bool is_open(const SessionRow& row);
// Whether the session's time is over, whatever its status.
bool is_past(const SessionRow& row, Timestamp now);
// At the provider, or the shopper is asked to act, or what was authorized is being voided: nothing may be begun beside
// it.
bool is_under_way(const payments::PaymentRow& payment);
// Captured, or authorized and not being voided.
bool is_paid(const payments::PaymentRow& payment);

v1::PaymentLinkStatus status_of(const PaymentLinkRow& row, Timestamp now);

}  // namespace florin::checkout
