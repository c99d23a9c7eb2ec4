// What the partition counts, as metrics.
#pragma once

#include "engine/partition.h"
#include "telemetry/metrics.h"

namespace florin::app {

// `partition` must outlive the last rendering of `metrics`.
void add_partition_metrics(telemetry::Metrics& metrics, const engine::Partition& partition);

}  // namespace florin::app
