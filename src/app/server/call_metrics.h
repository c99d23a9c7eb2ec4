// CallMetrics: counts every RPC and how long it took, and logs those that failed by our own fault.
#pragma once

#include "rpc/observer.h"
#include "telemetry/metrics.h"

namespace florin::app {

class CallMetrics final : public rpc::Observer {
 public:
  explicit CallMetrics(telemetry::Metrics& metrics) : metrics_(metrics) {}
  void call_ended(const rpc::CallRecord& record) override;

 private:
  telemetry::Metrics& metrics_;
};

}  // namespace florin::app
