#include "app/server/partition_metrics.h"

namespace florin::app {

void add_partition_metrics(telemetry::Metrics& metrics, const engine::Partition& partition) {
  using engine::PartitionStats;
  const auto add = [&](std::string_view name, std::string_view help, std::uint64_t PartitionStats::* field) {
    metrics.gauge(name, help, [&partition, field] { return partition.stats().*field; });
  };
  add("florin_lane_commands_accepted", "Commands that took effect since the start", &PartitionStats::commands_accepted);
  add("florin_lane_commands_refused", "Commands that were refused since the start", &PartitionStats::commands_refused);
  add("florin_lane_commands_replayed", "Commands answered from an idempotency record since the start",
      &PartitionStats::commands_replayed);
  add("florin_lane_commands_overloaded", "Commands turned away by a full intake since the start",
      &PartitionStats::commands_overloaded);
  add("florin_lane_intake_commands", "Commands that wait for the lane", &PartitionStats::intake_commands);
  add("florin_journal_entries", "Entries appended since the start", &PartitionStats::entries);
  add("florin_journal_events", "Events appended since the start", &PartitionStats::events);
  add("florin_journal_bytes", "Bytes of entry bodies appended since the start", &PartitionStats::journal_bytes);
  add("florin_journal_sequence", "Sequence of the last durable entry", &PartitionStats::sequence);
  add("florin_effects_pending", "Effects without an outcome", &PartitionStats::effects_pending);
  add("florin_timers_pending", "Timers that have not fired", &PartitionStats::timers_pending);
  add("florin_lane_parked", "Outcomes and timers set aside by a bug until the next start", &PartitionStats::parked);
}

}  // namespace florin::app
