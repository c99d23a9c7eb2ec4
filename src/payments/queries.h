// Reading payments. Runs on any thread over a snapshot.
#pragma once

#include "base/result.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/rows.h"
#include "store/reader.h"

namespace florin::payments {

// payment_not_found for another tenant's payment as for one that never was.
Result<v1::GetPaymentResponse> get_payment(const store::Reader& reader, TenantId tenant,
                                           const v1::GetPaymentRequest& request);

// Newest first. A page may hold fewer rows than asked for, or none, and still have a next one, when filters pass over
// many rows. page_token_invalid for a token that is not of this list.
Result<v1::ListPaymentsResponse> list_payments(const store::Reader& reader, TenantId tenant,
                                               const v1::ListPaymentsRequest& request);

// How many payments of all tenants have something in their attention; counts no further than `count_max`.
std::size_t count_needing_attention(const store::Reader& reader, std::size_t count_max);

// What a caller who waits is waiting for: the payment is no longer processing; the operation has an answer, be it
// "accepted, the outcome comes later".
bool is_settled(const v1::Payment& payment);
bool is_settled(const v1::Operation& operation);

}  // namespace florin::payments
