// LedgerService over the lane and the state: florin/ledger/v1/ledger.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "florin/ledger/v1/ledger.connect.h"

namespace florin::api {

class LedgerService final : public ledger::v1::LedgerServiceHandler {
 public:
  explicit LedgerService(Platform& platform) : platform_(platform) {}

  Task<Result<ledger::v1::CreateAccountsResponse>> create_accounts(const ledger::v1::CreateAccountsRequest& request,
                                                                   rpc::Context& context) override;
  Task<Result<ledger::v1::GetAccountResponse>> get_account(const ledger::v1::GetAccountRequest& request,
                                                           rpc::Context& context) override;
  Task<Result<ledger::v1::ListAccountsResponse>> list_accounts(const ledger::v1::ListAccountsRequest& request,
                                                               rpc::Context& context) override;
  Task<Result<ledger::v1::PostTransfersResponse>> post_transfers(const ledger::v1::PostTransfersRequest& request,
                                                                 rpc::Context& context) override;
  Task<Result<ledger::v1::GetTransferResponse>> get_transfer(const ledger::v1::GetTransferRequest& request,
                                                             rpc::Context& context) override;
  Task<Result<ledger::v1::GetStatementResponse>> get_statement(const ledger::v1::GetStatementRequest& request,
                                                               rpc::Context& context) override;
  Task<Result<ledger::v1::ListTransfersResponse>> list_transfers(const ledger::v1::ListTransfersRequest& request,
                                                                 rpc::Context& context) override;
  Task<Result<ledger::v1::GetTrialBalanceResponse>> get_trial_balance(const ledger::v1::GetTrialBalanceRequest& request,
                                                                      rpc::Context& context) override;

 private:
  Platform& platform_;
};

}  // namespace florin::api
