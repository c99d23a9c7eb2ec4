// Health: the service grpc.health.v1.Health, which probes and load balancers ask whether to send calls here.
//
//   rpc::Health health;
//   grpc::health::v1::mount(router, health);
//   health.set("", true);
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/executor.h"
#include "grpc/health/v1/health.connect.h"

namespace florin::rpc {

// Thread-safe.
class Health final : public ::grpc::health::v1::HealthHandler {
 public:
  // Whether `service`, a full name, or the server as a whole (""), can serve. Tells those who watch it. A service that
  // was never set is unknown.
  void set(const std::string& service, bool serving);

  Task<Result<::grpc::health::v1::HealthCheckResponse>> check(const ::grpc::health::v1::HealthCheckRequest& request,
                                                              Context& context) override;
  Task<Status> watch(const ::grpc::health::v1::HealthCheckRequest& request,
                     Sender<::grpc::health::v1::HealthCheckResponse>& responses, Context& context) override;

 private:
  using ServingStatus = ::grpc::health::v1::HealthCheckResponse::ServingStatus;
  using Wake = Completion<Unit>::Completer;

  // What Watch answers about `service`. With `wake`, also has that called at the next change of any service.
  ServingStatus status(const std::string& service, const Wake* wake);

  std::mutex mutex_;
  std::map<std::string, bool> serving_;
  std::vector<Wake> waiting_;
};

}  // namespace florin::rpc
