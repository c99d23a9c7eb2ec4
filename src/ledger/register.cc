#include "ledger/register.h"

#include <string>

#include "ledger/apply.h"
#include "ledger/timeouts.h"
#include "ledger/verify.h"

namespace florin::ledger {

void register_ledger(engine::Registry& registry) {
  // The ledger keeps its own histories; in timelines a batch would be up to a megabyte for each subject.
  registry.on_event<v1::AccountsCreated>(apply_accounts_created, engine::Timeline::skip);
  registry.on_event<v1::TransfersPosted>(apply_transfers_posted, engine::Timeline::skip);
  registry.on_event<v1::PendingTimedOut>(apply_pending_timed_out, engine::Timeline::keep);
  registry.on_timer(std::string(timeout_timer_kind), on_timeout_timer);
  registry.on_verify("ledger.books", verify_ledger);
}

}  // namespace florin::ledger
