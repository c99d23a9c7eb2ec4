// A payment's history in sentences, made from its events.
#pragma once

#include "florin/payments/v1/payments.pb.h"
#include "payments/rows.h"
#include "store/reader.h"

namespace florin::payments {

// Adds the timeline of `payment` to `response`, oldest first, at most timeline_entries_max.
void add_timeline(const store::Reader& reader, TenantId tenant, const v1::Payment& payment,
                  v1::GetPaymentResponse& response);

}  // namespace florin::payments
