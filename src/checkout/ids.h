// Identifiers of the checkout domain.
#pragma once

#include <string_view>

#include "base/id.h"

namespace florin::checkout {

struct SessionTag {
  static constexpr std::string_view prefix = "chk_";
};
struct PaymentLinkTag {
  static constexpr std::string_view prefix = "lnk_";
};

using SessionId = Id<SessionTag>;
using PaymentLinkId = Id<PaymentLinkTag>;

}  // namespace florin::checkout
