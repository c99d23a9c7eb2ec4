// What follows from the outcome of a capture, void or refund: what the attempt and the payment become, what is released
// or given back, and whom to ask.
#pragma once

#include <optional>

#include "engine/work.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/rows.h"

namespace florin::payments {

// Indexes in the row.
struct OperationPlace {
  int operation;
  int attempt;
};

// To be called once `event`, which says that the operation succeeded or failed, has been emitted with its postings.
// `before` is the payment as it was until then.
void follow_outcome(engine::Work& work, const PaymentRow& before, const OperationPlace& place,
                    const v1::OperationUpdated& event);

// What an attempt that was voided for this cause shows as its failure: nothing where the shopper did nothing wrong.
std::optional<common::v1::PaymentFailure> failure_of_void(v1::VoidCause cause);

}  // namespace florin::payments
