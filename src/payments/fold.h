// What follows from a payment's attempts and operations: its status and its amounts. Pure; amounts decide, not labels.
#pragma once

#include <cstdint>
#include <optional>

#include "florin/payments/v1/payments.pb.h"
#include "payments/rows.h"

namespace florin::payments {

// No outcome yet: it may still become anything.
bool is_open(v1::AttemptStatus status);
bool is_open(v1::OperationStatus status);
// Authorized or captured.
bool is_won(v1::AttemptStatus status);

// Declined, or provably not sent: no money was taken, as far as is known.
bool is_lost(v1::AttemptStatus status);

// Won, and not all of it has been released or given back.
bool holds_money(const PaymentRow& row, int attempt);
// The attempt that pays: of several that hold money, one that is not displaced by another. Else the latest; nothing
// before the first.
std::optional<int> deciding_attempt(const PaymentRow& row);
// An attempt without an outcome. At most one, except while a surplus one is being undone.
std::optional<int> open_attempt(const PaymentRow& row);
// Another attempt has won too, be it that its money has gone back since; not one that gives way itself.
bool has_other_winner(const PaymentRow& row, int attempt);
// An operation of this kind without an outcome, on this attempt.
bool has_open_operation(const PaymentRow& row, v1::OperationKind kind, std::string_view attempt_id);

// What a new capture or refund on this attempt may take; what is set aside by operations without an outcome is not in
// it. 0 where more is set aside than there is, which only a corrected operation brings about.
std::int64_t capturable_minor(const PaymentRow& row, int attempt);
std::int64_t refundable_minor(const PaymentRow& row, int attempt);
// What the provider has given back of this attempt.
std::int64_t refunded_minor(const PaymentRow& row, int attempt);

// What of this attempt's money must not be kept: all that it holds if the payment has ended or another attempt has
// paid, and otherwise what was captured beyond the authorization.
std::int64_t surplus_minor(const PaymentRow& row, int attempt);

// A final capture of this attempt has succeeded: nothing more can be captured, and what is still authorized is released
// once no other capture is under way.
bool is_released(const PaymentRow& row, int attempt);

// Brings every derived field of row.payment up to date.
void refresh(PaymentRow& row);

}  // namespace florin::payments
