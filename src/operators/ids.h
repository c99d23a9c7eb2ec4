// The ids of this domain.
#pragma once

#include <string_view>

#include "base/id.h"

namespace florin::operators {

struct OperatorTag {
  static constexpr std::string_view prefix = "usr_";
};
struct SessionTag {
  static constexpr std::string_view prefix = "ses_";
};
using OperatorId = Id<OperatorTag>;
using SessionId = Id<SessionTag>;

}  // namespace florin::operators
