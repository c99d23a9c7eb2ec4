// What the audit of operators shows of each kind of resource, before and after.
#pragma once

#include "api/common/audit.h"
#include "checkout/settings.h"

namespace florin::app {

// A new kind of resource is one line here.
// `settings` must outlive it.
api::Resources operator_resources(const checkout::Settings& settings);

}  // namespace florin::app
