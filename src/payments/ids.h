// Identifiers of the payments domain.
#pragma once

#include <string>

#include "base/id.h"

namespace florin::payments {

struct PaymentTag {
  static constexpr std::string_view prefix = "pay_";
};
struct AttemptTag {
  static constexpr std::string_view prefix = "att_";
};
struct CaptureTag {
  static constexpr std::string_view prefix = "cap_";
};
struct VoidTag {
  static constexpr std::string_view prefix = "void_";
};
struct RefundTag {
  static constexpr std::string_view prefix = "ref_";
};
// A received webhook, named by the position of its event.
struct WebhookTag {
  static constexpr std::string_view prefix = "whk_";
};

using PaymentId = Id<PaymentTag>;
using AttemptId = Id<AttemptTag>;
using CaptureId = Id<CaptureTag>;
using VoidId = Id<VoidTag>;
using RefundId = Id<RefundTag>;
using WebhookId = Id<WebhookTag>;

}  // namespace florin::payments
