// The ledger's queries as its API has them: from request message to response message, over any reader of committed
// state. Pure; any thread. Errors beyond those listed: id_malformed, time_out_of_range, page_token_invalid.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "store/reader.h"

namespace florin::ledger {

// Rows of a page when the request does not say.
inline constexpr int page_size_default = 50;
inline constexpr int page_size_max = 500;

// When the ledgers asked for have more accounts than this together, a trial balance gives their totals only;
// ListAccounts pages through the accounts.
inline constexpr std::uint64_t trial_balance_accounts_max = 2'000;

// Errors: account_not_found, account_reference_missing (neither id nor path and ledger).
Result<v1::GetAccountResponse> get_account(const store::Reader& reader, TenantId tenant,
                                           const v1::GetAccountRequest& request);

Result<v1::ListAccountsResponse> list_accounts(const store::Reader& reader, TenantId tenant,
                                               const v1::ListAccountsRequest& request);

// Errors: transfer_not_found.
Result<v1::GetTransferResponse> get_transfer(const store::Reader& reader, TenantId tenant,
                                             const v1::GetTransferRequest& request);

// In the order of their recorded times; none for an unknown transaction.
Result<v1::ListTransfersResponse> list_transfers(const store::Reader& reader, TenantId tenant,
                                                 const v1::ListTransfersRequest& request);

// Errors: account_not_found.
Result<v1::GetStatementResponse> get_statement(const store::Reader& reader, TenantId tenant,
                                               const v1::GetStatementRequest& request);

// Ledgers by name, accounts by path. Empty for a tenant or ledger without accounts.
Result<v1::GetTrialBalanceResponse> get_trial_balance(const store::Reader& reader, TenantId tenant,
                                                      const v1::GetTrialBalanceRequest& request);

}  // namespace florin::ledger
