// The ledger's commands as its API has them: from request message to response message, inside the caller's work.
#pragma once

#include "base/result.h"
#include "engine/work.h"
#include "florin/ledger/v1/ledger.pb.h"

namespace florin::ledger {

// For the work's tenant. Each account has its own result. Errors: malformed requests only (messages.h).
Result<v1::CreateAccountsResponse> create_accounts(engine::Work& work, const v1::CreateAccountsRequest& request);

// For the work's tenant. Each transfer has its own result. Errors: malformed requests only (messages.h).
Result<v1::PostTransfersResponse> post_transfers(engine::Work& work, const v1::PostTransfersRequest& request);

}  // namespace florin::ledger
