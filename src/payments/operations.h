// Operations: captures, voids and refunds of an attempt. The amount is set aside in the commit that records the wish,
// so concurrent operations can never take more than there is.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/work.h"
#include "florin/connectors/v1/psp.pb.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

// Each records the operation and asks the provider, and returns the operation's id. The caller has checked what may be
// taken.
std::string capture_attempt(engine::Work& work, const PaymentRow& row, int attempt, std::int64_t amount_minor,
                            bool final_capture);
std::string void_attempt(engine::Work& work, const PaymentRow& row, int attempt, v1::VoidCause cause,
                         std::string reason = {});
std::string refund_attempt(engine::Work& work, const PaymentRow& row, int attempt, std::int64_t amount_minor,
                           std::string reason);

// What the provider said of an operation, from wherever it was learnt.
struct OperationNews {
  std::string operation_id;
  connectors::v1::PspReply reply;
  v1::Source source = v1::SOURCE_REPLY;
  Timestamp asked;  // when it was decided to ask
};

void record_operation_news(engine::Work& work, const Settings& settings, const PaymentRow& row,
                           const OperationNews& news);
void record_operation_not_sent(engine::Work& work, const PaymentRow& row, std::string_view operation_id);
void record_operation_unknown(engine::Work& work, const PaymentRow& row, std::string_view operation_id);

}  // namespace florin::payments
