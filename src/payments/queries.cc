#include "payments/queries.h"

#include <algorithm>

#include "contracts/convert.h"
#include "payments/limits.h"
#include "payments/timeline.h"
#include "store/table_ids.h"

namespace florin::payments {
namespace {

namespace table_id = store::table_id;

// One way to walk a tenant's payments: the primary table or one index, under a prefix. All of them end in (tenant, id),
// newest last.
struct Walk {
  std::optional<store::TableId> index;
  store::Key prefix;
};

Walk choose_walk(TenantId tenant, const v1::ListPaymentsRequest& request) {
  if (!request.reference().empty()) {
    return {table_id::payments_by_reference, store::Key().id(tenant).text(request.reference())};
  }
  if (request.needs_attention()) return {table_id::payments_by_attention, store::Key().id(tenant)};
  if (request.status() != v1::PAYMENT_STATUS_UNSPECIFIED) {
    return {table_id::payments_by_status, store::Key().id(tenant).u8(static_cast<std::uint8_t>(request.status()))};
  }
  if (!request.currency().empty()) {
    return {table_id::payments_by_currency, store::Key().id(tenant).text(request.currency())};
  }
  return {std::nullopt, store::Key().id(tenant)};
}

template <class Visit>
void walk_down(const store::Reader& reader, const Walk& walk, std::string_view from, Visit visit) {
  if (walk.index) {
    payment_table().walk_by(reader, *walk.index, walk.prefix, {from, true}, visit);
  } else {
    payment_table().walk(reader, walk.prefix, {from, true}, visit);
  }
}

Timestamp created(const PaymentRow& row) {
  return contracts::from_message(row.payment().create_time());
}

// The key below which all of the tenant's payments were made before `time`. Payments are in the order of their
// creation, so this halves the range of journal sequences instead of keeping an index by time.
std::string key_at(const store::Reader& reader, TenantId tenant, const Walk& walk, Timestamp time) {
  const auto first_at_or_after = [&](std::uint64_t sequence) -> std::optional<Timestamp> {
    const store::Key from = store::Key().id(tenant).u64(sequence).u32(0);
    const auto rows = payment_table().list(reader, store::Key().id(tenant), 1, from.bytes());
    if (rows.empty()) return std::nullopt;
    return created(rows.front().row);
  };
  const std::uint64_t partition = tenant.position.partition_and_sequence & ~0xffff'ffff'ffffull;
  std::uint64_t low = partition;
  std::uint64_t high = partition | 0xffff'ffff'ffffull;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto at = first_at_or_after(middle);
    if (at && *at < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  store::Key key = walk.prefix;
  if (walk.index) key.id(tenant);
  return key.u64(low).u32(0).bytes();
}

bool passes(const v1::Payment& payment, const v1::ListPaymentsRequest& request) {
  if (request.status() != v1::PAYMENT_STATUS_UNSPECIFIED && payment.status() != request.status()) return false;
  if (request.needs_attention() && payment.attention().empty()) return false;
  if (!request.currency().empty() && payment.amount().currency() != request.currency()) return false;
  if (request.has_create_time_to()) {
    return contracts::from_message(payment.create_time()) < contracts::from_message(request.create_time_to());
  }
  return true;
}

Result<std::string> start_key(const store::Reader& reader, TenantId tenant, const Walk& walk,
                              const v1::ListPaymentsRequest& request) {
  if (!request.page_token().empty()) {
    auto key = parse_base64url(request.page_token());
    if (!key || !key->starts_with(walk.prefix.bytes())) {
      return invalid_argument("page_token_invalid", "Pass next_page_token as it came, with the same filters.");
    }
    return std::move(*key);
  }
  if (request.has_create_time_to()) {
    return key_at(reader, tenant, walk, contracts::from_message(request.create_time_to()));
  }
  return std::string();
}

}  // namespace

Result<v1::GetPaymentResponse> get_payment(const store::Reader& reader, TenantId tenant,
                                           const v1::GetPaymentRequest& request) {
  ASSIGN_OR_RETURN(const PaymentRow row, require_payment(reader, tenant, request.payment_id()));
  v1::GetPaymentResponse response;
  *response.mutable_payment() = row.payment();
  if (!request.omit_timeline()) add_timeline(reader, tenant, *response.mutable_payment(), response);
  return response;
}

Result<v1::ListPaymentsResponse> list_payments(const store::Reader& reader, TenantId tenant,
                                               const v1::ListPaymentsRequest& request) {
  const Walk walk = choose_walk(tenant, request);
  const std::size_t wanted =
      request.page_size() > 0 ? static_cast<std::size_t>(request.page_size()) : page_size_default;
  const std::size_t page = std::min(wanted, page_size_max);
  const Timestamp oldest =
      request.has_create_time_from() ? contracts::from_message(request.create_time_from()) : Timestamp{INT64_MIN};
  ASSIGN_OR_RETURN(const std::string from, start_key(reader, tenant, walk, request));

  v1::ListPaymentsResponse response;
  std::size_t looked_at = 0;
  walk_down(reader, walk, from, [&](std::string_view key, const PaymentRow& row) {
    if (created(row) < oldest) return false;
    const bool page_is_full = static_cast<std::size_t>(response.payments_size()) == page;
    if (page_is_full || looked_at == page_scan_max) {
      response.set_next_page_token(base64url(key));
      return false;
    }
    ++looked_at;
    if (passes(row.payment(), request)) *response.add_payments() = row.payment();
    return true;
  });
  return response;
}

std::size_t count_needing_attention(const store::Reader& reader, std::size_t count_max) {
  return payment_table().list_by(reader, table_id::payments_by_attention, {}, count_max).size();
}

bool is_settled(const v1::Payment& payment) {
  return payment.status() != v1::PAYMENT_STATUS_PROCESSING;
}

bool is_settled(const v1::Operation& operation) {
  return operation.status() != v1::OPERATION_STATUS_SENT && operation.status() != v1::OPERATION_STATUS_UNKNOWN;
}

}  // namespace florin::payments
