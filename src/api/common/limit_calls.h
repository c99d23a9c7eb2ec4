// LimitCalls: how many requests a tenant may send in a second, and have at work at the same time. Counted for each
// tenant on its own, so that one cannot use up what belongs to another; and its shoppers apart from itself, so that a
// crowd at its checkout leaves its own systems room, and the other way round.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "base/id.h"
#include "base/time.h"
#include "rpc/interceptor.h"
#include "tenants/auth.h"

namespace florin::api {

class LimitCalls final : public rpc::Interceptor {
 public:
  explicit LimitCalls(const Clock& clock) : clock_(clock) {}

  // Refuses with resource_exhausted (rate_limited, too_many_concurrent_requests), saying when to try again.
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;

 private:
  // A token bucket that holds one second's worth of requests, counted in millionths.
  struct Usage {
    std::int64_t millionths = -1;  // -1: never used, so full
    Duration filled;
    std::shared_ptr<std::atomic<std::uint32_t>> running = std::make_shared<std::atomic<std::uint32_t>>(0);
  };
  // Who is counted together.
  struct Group {
    TenantId tenant;
    bool shoppers = false;

    auto operator<=>(const Group&) const = default;
  };

  struct Shard {
    std::mutex mutex;
    std::map<Group, Usage> usages;
  };
  static constexpr std::size_t shard_count = 16;

  Status take(const Group& group, const tenants::CallLimits& limits, rpc::Context& context);

  const Clock& clock_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace florin::api
