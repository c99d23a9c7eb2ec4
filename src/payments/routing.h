// Routing: over which account at which provider an attempt goes, and why.
#pragma once

#include <string>

#include "base/result.h"
#include "payments/rows.h"
#include "store/reader.h"

namespace florin::payments {

struct Route {
  std::string connector;
  std::string psp_account;
  std::string reason;  // for people, kept in the event
};

// The tenant's connected account. failed_precondition (no_psp_account) if it has none.
Result<Route> choose_route(const store::Reader& reader, TenantId tenant);

}  // namespace florin::payments
