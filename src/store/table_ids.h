// The number of every table and index in the state. State is derived, so numbers may change with `state_format`, which
// makes the next start rebuild the state from the journal.
#pragma once

#include <cstdint>

#include "store/table.h"

namespace florin::store::table_id {

// Rises whenever a row, key or index changes its shape.
inline constexpr std::uint32_t state_format = 4;

// 1-19 engine
inline constexpr TableId meta = 1;
inline constexpr TableId idempotency = 2;
inline constexpr TableId idempotency_by_expiry = 3;
inline constexpr TableId effects = 4;
inline constexpr TableId timers = 5;
inline constexpr TableId timers_by_due = 6;
inline constexpr TableId events_by_subject = 7;

// 20-39 tenants
inline constexpr TableId tenants = 20;
inline constexpr TableId api_keys = 21;
inline constexpr TableId api_keys_by_secret = 22;

// 40-69 ledger
inline constexpr TableId accounts = 40;
inline constexpr TableId accounts_by_path = 41;
inline constexpr TableId account_details = 42;
inline constexpr TableId transfers = 43;
inline constexpr TableId transfers_by_account = 44;
inline constexpr TableId transfers_by_transaction = 45;
inline constexpr TableId pending_transfers = 46;
inline constexpr TableId ledger_totals = 47;
inline constexpr TableId transfer_chunks = 48;
inline constexpr TableId pending_by_due = 49;
inline constexpr TableId ledger_clock = 50;

// 70-99 payments
inline constexpr TableId payments = 70;
inline constexpr TableId payments_by_id = 71;
inline constexpr TableId payments_by_status = 72;
inline constexpr TableId payments_by_reference = 73;
inline constexpr TableId psp_accounts = 74;
inline constexpr TableId webhooks = 75;
inline constexpr TableId payments_by_attention = 76;
inline constexpr TableId webhooks_by_tenant = 77;
inline constexpr TableId payments_by_currency = 78;

// 100-119 operators
inline constexpr TableId operators = 100;
inline constexpr TableId operators_by_email = 101;
inline constexpr TableId operators_by_invitation = 102;
inline constexpr TableId operators_by_tenant = 103;
inline constexpr TableId sessions = 104;
inline constexpr TableId sessions_by_secret = 105;
inline constexpr TableId sign_in_failures = 106;
inline constexpr TableId sign_in_failures_by_time = 107;
inline constexpr TableId operator_actions = 108;
inline constexpr TableId operator_actions_by_operator = 109;
inline constexpr TableId operator_actions_by_resource = 110;

// 120-139 checkout
inline constexpr TableId checkout_sessions = 120;
inline constexpr TableId checkout_sessions_by_secret = 121;
inline constexpr TableId checkout_sessions_by_payment = 122;
inline constexpr TableId checkout_sessions_by_status = 123;
inline constexpr TableId checkout_sessions_by_link = 124;
inline constexpr TableId payment_links = 125;
inline constexpr TableId payment_links_by_secret = 126;

}  // namespace florin::store::table_id
