#include "app/server/payment_metrics.h"

#include "payments/queries.h"

namespace florin::app {
namespace {

// One is cause for an alarm, so an exact number beyond this is worth no reading.
constexpr std::size_t counted_max = 1'000;

}  // namespace

void add_payment_metrics(telemetry::Metrics& metrics, const engine::Partition& partition) {
  metrics.gauge("florin_payments_needing_attention",
                "Payments with something that only a person can put right; stops counting at 1000",
                [&partition] { return payments::count_needing_attention(*partition.snapshot(), counted_max); });
}

}  // namespace florin::app
