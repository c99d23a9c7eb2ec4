// Timeouts of pending transfers. Each batch that holds some has one timer at its earliest due time; when it fires, what
// is due is released, one event each, and the timer is set again for what remains of the batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/registry.h"
#include "engine/work.h"

namespace florin::ledger {

// The timer's name in the journal.
inline constexpr std::string_view timeout_timer_kind = "ledger.pending_timeout";

// The most transfers released by one firing; the rest follow at once.
inline constexpr std::size_t timeouts_per_firing_max = 500;

struct TimeoutBatch {
  TenantId tenant;
  std::uint64_t batch_time_us = 0;  // recorded time of the batch's first transfer
};

void set_timeout_timer(engine::Work& work, const TimeoutBatch& batch, std::uint64_t due_us);

void on_timeout_timer(engine::Work& work, const engine::Timer& timer);

}  // namespace florin::ledger
