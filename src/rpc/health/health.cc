#include "rpc/health/health.h"

#include <optional>
#include <stop_token>
#include <utility>

namespace florin::rpc {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

void Health::set(const std::string& service, bool serving) {
  std::vector<Wake> waiting;
  {
    const std::lock_guard lock(mutex_);
    serving_[service] = serving;
    waiting.swap(waiting_);
  }
  for (const Wake& wake : waiting) wake(Unit{});
}

Health::ServingStatus Health::status(const std::string& service, const Wake* wake) {
  const std::lock_guard lock(mutex_);
  if (wake != nullptr) waiting_.push_back(*wake);
  const auto found = serving_.find(service);
  if (found == serving_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return found->second ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

Task<Result<HealthCheckResponse>> Health::check(const HealthCheckRequest& request, Context&) {
  HealthCheckResponse response;
  response.set_status(status(request.service(), nullptr));
  if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
    co_return not_found("service_unknown", "This server has no service of that name.");
  }
  co_return response;
}

Task<Status> Health::watch(const HealthCheckRequest& request, Sender<HealthCheckResponse>& responses,
                           Context& context) {
  std::optional<ServingStatus> told;
  while (!context.stopped()) {
    Completion<Unit> changed(context.executor());
    const Wake wake = changed.completer();
    const ServingStatus now = status(request.service(), &wake);
    if (std::exchange(told, now) != now) {
      HealthCheckResponse response;
      response.set_status(now);
      Status sent = co_await responses.send(response);
      if (!sent.ok()) co_return sent;
    }
    const std::stop_callback stop(context.stop_token(), [&wake] { wake(Unit{}); });
    co_await changed;
  }
  co_return Error(Code::canceled, ErrorDomain::network, "watch_ended", "Nobody watches any more.");
}

}  // namespace florin::rpc
