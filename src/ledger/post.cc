#include "ledger/post.h"

#include "florin/ledger/v1/events.pb.h"
#include "ledger/batch_decision.h"
#include "ledger/timeouts.h"

namespace florin::ledger {

TransferOutcomes decide_post_transfers(engine::Work& work, TenantId tenant, std::span<const TransferRecord> records,
                                       Poster poster) {
  BatchDecision decision(work.state(), tenant, static_cast<std::uint64_t>(work.now().micros), poster);
  TransferOutcomes outcomes = decision.decide(records);
  const auto& accepted = decision.accepted();
  if (accepted.empty()) return outcomes;

  v1::TransfersPosted event;
  event.set_packed(std::string(pack_transfers(accepted)));
  work.emit_for(tenant, {}, event);
  if (const auto due_us = decision.earliest_due_us()) {
    set_timeout_timer(work, {tenant, accepted.front().recorded_time_us}, *due_us);
  }
  return outcomes;
}

}  // namespace florin::ledger
