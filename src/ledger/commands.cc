#include "ledger/commands.h"

#include "ledger/accounts.h"
#include "ledger/messages.h"
#include "ledger/post.h"
#include "ledger/tables.h"

namespace florin::ledger {

Result<v1::CreateAccountsResponse> create_accounts(engine::Work& work, const v1::CreateAccountsRequest& request) {
  ASSIGN_OR_RETURN(const auto accounts, accounts_from_message(request));
  const TenantId tenant = work.tenant();
  v1::CreateAccountsResponse response;
  for (const AccountOutcome& outcome : decide_create_accounts(work, tenant, accounts)) {
    v1::CreatedAccount& created = *response.add_accounts();
    created.set_result(outcome.result);
    if (outcome.id.is_zero()) continue;
    const auto account = find_account(work.state(), tenant, outcome.id);
    CHECK(account);
    *created.mutable_account() = message_of(*account, account_details(work.state(), tenant, outcome.id));
  }
  return response;
}

Result<v1::PostTransfersResponse> post_transfers(engine::Work& work, const v1::PostTransfersRequest& request) {
  ASSIGN_OR_RETURN(const auto records, transfers_from_message(request));
  return message_of(decide_post_transfers(work, work.tenant(), records));
}

}  // namespace florin::ledger
