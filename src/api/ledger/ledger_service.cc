#include "api/ledger/ledger_service.h"

#include "api/common/submit.h"
#include "ledger/commands.h"
#include "ledger/queries.h"

namespace florin::api {
namespace {

// A read of the caller's tenant.
template <class Response, class Request>
Task<Result<Response>> read(Platform& platform, rpc::Context& context, const Request& request,
                            Result<Response> (*query)(const store::Reader&, TenantId, const Request&)) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<Response>(platform, context,
                                         [&](const store::Reader& reader) { return query(reader, *tenant, request); });
}

// A write of the caller's tenant.
template <class Response, class Request>
Task<Result<Response>> write(Platform& platform, rpc::Context& context, const Request& request,
                             Result<Response> (*decide)(engine::Work&, const Request&)) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_command<Response>(platform, context, *tenant, request,
                                           [&](engine::Work& work) { return decide(work, request); });
}

}  // namespace

using namespace ledger::v1;

Task<Result<CreateAccountsResponse>> LedgerService::create_accounts(const CreateAccountsRequest& request,
                                                                    rpc::Context& context) {
  return write(platform_, context, request, &ledger::create_accounts);
}

Task<Result<PostTransfersResponse>> LedgerService::post_transfers(const PostTransfersRequest& request,
                                                                  rpc::Context& context) {
  return write(platform_, context, request, &ledger::post_transfers);
}

Task<Result<GetAccountResponse>> LedgerService::get_account(const GetAccountRequest& request, rpc::Context& context) {
  return read(platform_, context, request, &ledger::get_account);
}

Task<Result<ListAccountsResponse>> LedgerService::list_accounts(const ListAccountsRequest& request,
                                                                rpc::Context& context) {
  return read(platform_, context, request, &ledger::list_accounts);
}

Task<Result<GetTransferResponse>> LedgerService::get_transfer(const GetTransferRequest& request,
                                                              rpc::Context& context) {
  return read(platform_, context, request, &ledger::get_transfer);
}

Task<Result<GetStatementResponse>> LedgerService::get_statement(const GetStatementRequest& request,
                                                                rpc::Context& context) {
  return read(platform_, context, request, &ledger::get_statement);
}

Task<Result<ListTransfersResponse>> LedgerService::list_transfers(const ListTransfersRequest& request,
                                                                  rpc::Context& context) {
  return read(platform_, context, request, &ledger::list_transfers);
}

Task<Result<GetTrialBalanceResponse>> LedgerService::get_trial_balance(const GetTrialBalanceRequest& request,
                                                                       rpc::Context& context) {
  return read(platform_, context, request, &ledger::get_trial_balance);
}

}  // namespace florin::api
