// Making accounts: each with its own result, one AccountsCreated event for those that are new.
//
// Of several results the one listed first here is given: id_invalid, ledger_invalid, flags_exclude_each_other,
// overdraft_without_limit, exists, id_exists_with_other_fields, path_exists. ledger_invalid is also the answer where
// the ledger's number (transfer_record.h) is that of another ledger of the tenant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/work.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/account_record.h"
#include "ledger/u128.h"

namespace florin::ledger {

// An account to be made. `path` and `ledger` must outlive the call.
struct AccountRequest {
  U128 id = {};  // zero: made from the journal's position
  std::string_view path;
  std::string_view ledger;
  v1::AccountClass account_class = v1::ACCOUNT_CLASS_UNSPECIFIED;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;  // account_flag
  std::int64_t overdraft_minor = 0;
};

struct AccountOutcome {
  v1::CreateAccountResult result = v1::CREATE_ACCOUNT_RESULT_UNSPECIFIED;
  U128 id;  // of the account that is there now, where the result is created or exists
};

// One outcome for each request, in order. A request without an id exists if its path and ledger do, with the same other
// fields. CHECKs what the API's field rules guarantee: a path without zero bytes, an overdraft that is not negative.
std::vector<AccountOutcome> decide_create_accounts(engine::Work& work, TenantId tenant,
                                                   std::span<const AccountRequest> requests);

// Whether `id` may name an account or a transfer: not zero and not all ones.
bool is_valid_id(U128 id);

// An id from the journal's position that no account (no transfer) of the tenant has. A caller of the API may have
// guessed one.
U128 new_account_id(engine::Work& work, TenantId tenant);
U128 new_transfer_id(engine::Work& work, TenantId tenant);

}  // namespace florin::ledger
