// SystemService: florin/system/v1/system.proto says what it tells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/common/platform.h"
#include "effects/executor.h"
#include "florin/system/v1/system.connect.h"

namespace florin::api {

// A process that this one started, at this moment.
struct ChildProcess {
  std::string name;     // "sandbox_psp"
  std::string address;  // "127.0.0.1:8090"
  bool running = false;
  std::uint32_t restarts = 0;
};

// What the health is told from, at one moment.
struct HealthSigns {
  std::string version;
  Timestamp start;
  Timestamp now;
  engine::PartitionStats partition;
  std::vector<effects::ProviderStats> providers;
  std::vector<ChildProcess> processes;
  std::uint64_t payments_needing_attention = 0;
};
system::v1::GetHealthResponse tell_health(const HealthSigns& signs);

class SystemService final : public system::v1::SystemServiceHandler {
 public:
  // All of it must outlive the service. The functions are called from any thread.
  struct Parts {
    Platform& platform;
    std::string version;  // "florin 0.1.0"
    std::function<std::vector<effects::ProviderStats>()> providers;
    std::function<std::vector<ChildProcess>()> processes;
  };
  explicit SystemService(Parts parts) : parts_(std::move(parts)), start_(parts_.platform.clock.now()) {}

  Task<Result<system::v1::GetHealthResponse>> get_health(const system::v1::GetHealthRequest& request,
                                                         rpc::Context& context) override;

 private:
  Parts parts_;
  const Timestamp start_;
};

}  // namespace florin::api
