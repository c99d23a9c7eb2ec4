// What the payments of all tenants need of people, as metrics.
#pragma once

#include "engine/partition.h"
#include "telemetry/metrics.h"

namespace florin::app {

// `partition` must outlive the last rendering of `metrics`.
void add_payment_metrics(telemetry::Metrics& metrics, const engine::Partition& partition);

}  // namespace florin::app
