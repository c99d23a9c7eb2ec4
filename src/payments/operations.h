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

struct CaptureWish {
  std::int64_t amount_minor;
  bool is_final;  // what it leaves uncaptured is released
};
struct VoidWish {
  v1::VoidCause cause;
  std::string reason = {};
};
struct RefundWish {
  std::int64_t amount_minor;
  std::string reason;
  bool surplus = false;  // see surplus.h
};

// Each records the operation and asks the provider, and returns the operation's id. The caller has checked what may be
// taken. A void that is under way already is not asked for again; the id is empty then.
std::string capture_attempt(engine::Work& work, const PaymentRow& row, int attempt, const CaptureWish& wish);
std::string void_attempt(engine::Work& work, const PaymentRow& row, int attempt, const VoidWish& wish);
std::string refund_attempt(engine::Work& work, const PaymentRow& row, int attempt, const RefundWish& wish);

// What the provider said of an operation, from wherever it was learnt.
struct OperationNews {
  std::string operation_id;
  connectors::v1::PspReply reply;
  v1::Source source = v1::SOURCE_REPLY;
  Timestamp asked;  // when it was decided to ask
};

// Records the news with its postings and starts what follows from it. News about an operation whose outcome is known
// changes nothing, unless it had counted as failed and the provider has it after all: then the truth wins. The
// operation is taken up again by an OperationCorrected event, with its amount set aside anew, and goes on like any
// other. If the money was given to another operation meanwhile and the provider did both, the payment shows it: what
// was captured too much is a surplus, what was refunded too much stands in its attention.
void record_operation_news(engine::Work& work, const Settings& settings, const PaymentRow& row,
                           const OperationNews& news);
// The executor could not tell: the request was provably not sent, or its fate is unknown.
void record_operation_not_sent(engine::Work& work, const PaymentRow& row, std::string_view operation_id);
void record_operation_unknown(engine::Work& work, const PaymentRow& row, std::string_view operation_id);

}  // namespace florin::payments
