// How Florin's own domains post: accounts by path, and transactions that cannot be refused.
//
// Accounts made here are managed: callers of the ledger's API cannot post to them, close them, or resolve their pending
// transfers, so that nothing outside can make a domain's posting fail.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/work.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/u128.h"

namespace florin::ledger {

struct AccountSpec {
  std::string_view path;    // "merchant/payable"
  std::string_view ledger;  // "USD/2"
  v1::AccountClass account_class = v1::ACCOUNT_CLASS_ASSET;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;  // account_flag (account_record.h)
  std::int64_t overdraft_minor = 0;
};

// The managed account of `spec` for the work's tenant, made if it is not there yet. An existing account keeps its class
// and flags. Should a caller of the API own the path, the managed account stands at the path followed by "~". CHECKs
// that the spec is valid.
U128 ensure_account(engine::Work& work, const AccountSpec& spec);

// What a posting does with its pending transfer, if any.
enum class PostingKind : std::uint8_t {
  plain,         // moves the amount
  pending,       // reserves the amount until it is posted or voided
  post_pending,  // moves the amount of what `pending_id` reserves, 0 for all, and releases the rest
  void_pending,  // releases what `pending_id` reserves
};

struct Posting {
  U128 debit = {};   // may be zero for post_pending and void_pending: the accounts are the pending transfer's
  U128 credit = {};  // likewise
  std::int64_t amount_minor = 0;
  PostingKind kind = PostingKind::plain;
  U128 pending_id = {};  // for post_pending and void_pending
  std::uint16_t code = 0;
};

// Posts all of them or, which is a bug of the caller and ends the process, none. Returns the ids of the transfers, in
// order.
std::vector<U128> post_transaction(engine::Work& work, U128 transaction_id, std::span<const Posting> postings);

}  // namespace florin::ledger
