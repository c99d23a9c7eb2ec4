// The payment rows and how to find them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "florin/payments/state/v1/state.pb.h"
#include "payments/ids.h"
#include "store/reader.h"
#include "store/table.h"

namespace florin::payments {

using state::v1::AttemptDetail;
using state::v1::OperationDetail;
using state::v1::PaymentRow;

// Rows by (tenant, payment id), which is also the order of their creation.
const store::Table<PaymentRow>& payment_table();
// Accounts at providers by (tenant, connector, account).
const store::Table<state::v1::PspAccountRow>& psp_account_table();
// Webhooks that were taken in, by (connector, account, hash); index by (tenant, position).
const store::Table<state::v1::WebhookRow>& webhook_table();

store::Key payment_key(TenantId tenant, PaymentId payment);

std::optional<PaymentRow> find_payment(const store::Reader& reader, TenantId tenant, PaymentId payment);
// For providers and shoppers, who know the payment's id but act for no tenant.
std::optional<PaymentRow> find_payment_of_any_tenant(const store::Reader& reader, PaymentId payment);
// Reads the id; payment_not_found for another tenant's as for one that never was.
Result<PaymentRow> require_payment(const store::Reader& reader, TenantId tenant, std::string_view payment_id);

// The same payment as it is now, after events that were emitted meanwhile.
PaymentRow reload(const store::Reader& state, const PaymentRow& row);

TenantId tenant_of(const PaymentRow& row);
PaymentId id_of(const PaymentRow& row);

// Where an attempt or operation stands in its payment; nothing if it is not of this payment.
std::optional<int> attempt_index(const PaymentRow& row, std::string_view attempt_id);
std::optional<int> operation_index(const PaymentRow& row, std::string_view operation_id);

}  // namespace florin::payments
