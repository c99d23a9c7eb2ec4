#include "app/server/call_metrics.h"

#include "telemetry/log.h"

namespace florin::app {

void CallMetrics::call_ended(const rpc::CallRecord& record) {
  const rpc::MethodSpec& spec = record.context.spec();
  const std::string code(record.error == nullptr ? "ok" : code_name(record.error->code()));
  metrics_
      .counter("florin_rpc_calls", "RPC calls by method and outcome",
               {{"service", spec.service}, {"method", spec.method}, {"code", code}})
      .add();
  metrics_
      .histogram("florin_rpc_duration_seconds", "How long RPC calls took, from their head to their answer",
                 {{"service", spec.service}, {"method", spec.method}})
      .observe(record.duration);
  const bool is_ours =
      record.error != nullptr && (record.error->code() == Code::internal || record.error->code() == Code::data_loss);
  if (!is_ours) return;
  telemetry::log_error("call failed", {{"method", spec.procedure},
                                       {"reason", record.error->reason()},
                                       {"detail", record.error->message()},
                                       {"trace_id", record.context.trace().trace_id}});
}

}  // namespace florin::app
