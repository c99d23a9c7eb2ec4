#include "payments/routing.h"

namespace florin::payments {

Result<Route> choose_route(const store::Reader& reader, TenantId tenant) {
  const auto accounts = psp_account_table().list(reader, store::Key().id(tenant), 2);
  if (accounts.empty()) {
    return failed_precondition("no_psp_account", "Connect an account at a payment service provider first.");
  }
  const state::v1::PspAccountRow& account = accounts.front().row;
  return Route{account.connector(), account.psp_account(),
               accounts.size() == 1 ? "the only connected account" : "the first connected account"};
}

}  // namespace florin::payments
