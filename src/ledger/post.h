// Posting transfers: decides a batch, each transfer on its own, and emits one TransfersPosted event with those that
// were accepted.
//
// The rules, beyond the comments of v1::TransferResult (when several results apply, the lowest number is given):
// - A chain of linked transfers is created whole or not at all. The first member that fails gets its own result, the
// others
//   linked_failed, or exists where they do. A chain of which all members exist answers exists for each; of which only
//   some do, fails. An id that an earlier member of the same chain takes is id_invalid.
// - "The same transfer" is the one a repetition of the request would have made: 0 stands for what was filled in
// (accounts, amount and
//   ledger of a post or void, ledger, effective time), and the amount of a balancing transfer for any at least as great
//   as what was taken. `field` names the first that differs, in the order of the packed record.
// - flags_exclude_each_other: more than one of pending, post_pending, void_pending; balancing or closing with a post or
// void; closing
//   with pending; an unknown flag. A closing transfer may have the amount 0.
// - A limit allows posted plus pending up to the other side's posted sum plus the overdraft. A balancing transfer whose
// limit leaves
//   nothing is refused by that limit, unless it closes the account.
// - Frozen and closed accounts still release: void_pending and timeouts are not held back. Accounts that Florin's own
// domains keep are
//   frozen for everybody else, for void_pending too.
// - A pending transfer whose timeout is due counts as timed out, even before its event.
// - overflow: the amount is over 10^15, or a sum of the ledger would reach 2^127.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/work.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/transfer_record.h"

namespace florin::ledger {

struct TransferOutcome {
  std::uint32_t index = 0;  // in the batch
  v1::TransferResult result = v1::TRANSFER_RESULT_CREATED;
  std::string_view field = {};  // of id_exists_with_other_fields; lives for ever
  bool operator==(const TransferOutcome&) const = default;
};

struct TransferOutcomes {
  std::vector<TransferOutcome> not_created;  // in order
  std::uint32_t created = 0;
};

// Who posts: Florin's own domains may move managed accounts (postings.h), callers of the API may not.
enum class Poster : std::uint8_t { caller, florin };

// Posts at most batch_transfers_max records for `tenant`. Recorded times start at the work's time or right after the
// last one.
TransferOutcomes decide_post_transfers(engine::Work& work, TenantId tenant, std::span<const TransferRecord> records,
                                       Poster poster = Poster::caller);

}  // namespace florin::ledger
