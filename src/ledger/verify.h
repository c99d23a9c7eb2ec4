// What `florin verify` checks of the ledger's state, without trusting any sum in it: every transfer is read again.
#pragma once

#include "base/result.h"
#include "store/reader.h"

namespace florin::ledger {

// For every tenant: each account equals the fold of its transfers and stays within its limit; each pending transfer's
// state is what its post, void or timeout made it; the totals of each ledger equal the sums over its accounts, debits
// equal credits, posted and pending; ids, histories and due times agree with the transfers. Memory: about 400 bytes for
// each account and 150 for each transfer that was ever pending, of one tenant at a time. Errors: data_loss with the
// reason ledger_inconsistent, naming the first thing that is wrong.
Status verify_ledger(const store::Reader& reader);

}  // namespace florin::ledger
