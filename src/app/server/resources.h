// What the audit of operators shows of each kind of resource, before and after.
#pragma once

#include "api/common/audit.h"

namespace florin::app {

// A new kind of resource is one line here.
api::Resources operator_resources();

}  // namespace florin::app
