// How the ledger's events change the state. Pure; they cannot fail: what does not fit the state is a bug and stops the
// partition.
#pragma once

#include "engine/registry.h"
#include "florin/ledger/v1/events.pb.h"
#include "store/reader.h"

namespace florin::ledger {

void apply_accounts_created(const engine::EventContext& context, const v1::AccountsCreated& event,
                            store::Writer& writer) noexcept;
void apply_transfers_posted(const engine::EventContext& context, const v1::TransfersPosted& event,
                            store::Writer& writer) noexcept;
void apply_pending_timed_out(const engine::EventContext& context, const v1::PendingTimedOut& event,
                             store::Writer& writer) noexcept;

}  // namespace florin::ledger
