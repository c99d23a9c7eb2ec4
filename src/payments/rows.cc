#include "payments/rows.h"

#include "contracts/convert.h"
#include "store/table_ids.h"

namespace florin::payments {
namespace {

namespace table_id = store::table_id;

TenantId tenant_from(std::string_view bytes) {
  return TenantId{contracts::position_from_bytes(bytes)};
}

}  // namespace

const store::Table<PaymentRow>& payment_table() {
  static const store::Table<PaymentRow> table(
      {table_id::payments, "payments"},
      {{table_id::payments_by_id,
        [](std::string_view, const PaymentRow& row, store::IndexKeys& keys) { keys.add(store::Key().id(id_of(row))); }},
       {table_id::payments_by_status,
        [](std::string_view, const PaymentRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().id(tenant_of(row)).u8(static_cast<std::uint8_t>(row.payment().status())));
        }},
       // A currency never changes, so this is one small write for each payment.
       {table_id::payments_by_currency,
        [](std::string_view, const PaymentRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().id(tenant_of(row)).text(row.payment().amount().currency()));
        }},
       {table_id::payments_by_attention,
        [](std::string_view, const PaymentRow& row, store::IndexKeys& keys) {
          if (row.payment().attention_size() > 0) keys.add(store::Key().id(tenant_of(row)));
        }},
       {table_id::payments_by_reference, [](std::string_view, const PaymentRow& row, store::IndexKeys& keys) {
          if (!row.payment().reference().empty()) {
            keys.add(store::Key().id(tenant_of(row)).text(row.payment().reference()));
          }
        }}});
  return table;
}

const store::Table<state::v1::PspAccountRow>& psp_account_table() {
  static const store::Table<state::v1::PspAccountRow> table({table_id::psp_accounts, "psp_accounts"});
  return table;
}

const store::Table<state::v1::WebhookRow>& webhook_table() {
  static const store::Table<state::v1::WebhookRow> table(
      {table_id::webhooks, "webhooks"},
      {{table_id::webhooks_by_tenant, [](std::string_view, const state::v1::WebhookRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().id(tenant_from(row.tenant())).raw(row.position()));
        }}});
  return table;
}

store::Key payment_key(TenantId tenant, PaymentId payment) {
  return store::Key().id(tenant).id(payment);
}

std::optional<PaymentRow> find_payment(const store::Reader& reader, TenantId tenant, PaymentId payment) {
  return payment_table().get(reader, payment_key(tenant, payment));
}

std::optional<PaymentRow> find_payment_of_any_tenant(const store::Reader& reader, PaymentId payment) {
  auto rows = payment_table().list_by(reader, table_id::payments_by_id, store::Key().id(payment), 1);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front().row);
}

Result<PaymentRow> require_payment(const store::Reader& reader, TenantId tenant, std::string_view payment_id) {
  const auto id = PaymentId::parse(payment_id);
  if (id) {
    if (auto row = find_payment(reader, tenant, *id)) return std::move(*row);
  }
  return not_found("payment_not_found",
                   "There is no payment with this id. Check the id and that the key is of the same tenant.");
}

PaymentRow reload(const store::Reader& state, const PaymentRow& row) {
  auto now = find_payment(state, tenant_of(row), id_of(row));
  CHECK(now, "payment {} is gone", row.payment().id());
  return std::move(*now);
}

TenantId tenant_of(const PaymentRow& row) {
  return tenant_from(row.tenant());
}

PaymentId id_of(const PaymentRow& row) {
  const auto id = PaymentId::parse(row.payment().id());
  CHECK(id, "payment row without an id");
  return *id;
}

std::optional<int> attempt_index(const PaymentRow& row, std::string_view attempt_id) {
  for (int i = 0; i < row.payment().attempts_size(); ++i) {
    if (row.payment().attempts(i).id() == attempt_id) return i;
  }
  return std::nullopt;
}

std::optional<int> operation_index(const PaymentRow& row, std::string_view operation_id) {
  for (int i = 0; i < row.payment().operations_size(); ++i) {
    if (row.payment().operations(i).id() == operation_id) return i;
  }
  return std::nullopt;
}

}  // namespace florin::payments
