#include "api/common/limit_calls.h"

#include <algorithm>
#include <utility>

#include "api/common/caller.h"
#include "api/common/refuse.h"
#include "checkout/queries.h"

namespace florin::api {
namespace {

constexpr std::int64_t one_request = 1'000'000;

// What all callers of public methods together get. They are counted under an id that no tenant has.
constexpr tenants::CallLimits public_limits{50, 50};
constexpr TenantId public_callers{Position{~std::uint64_t{0}, ~std::uint32_t{0}}};

// What the shoppers of one tenant get. A page that waits for news holds a request for up to a minute.
constexpr tenants::CallLimits shopper_limits{1'000, 10'000};

// A running request of a tenant; lives in the call's context and ends with it.
class Permit {
 public:
  explicit Permit(std::shared_ptr<std::atomic<std::uint32_t>> running) : running_(std::move(running)) {}
  Permit(Permit&& other) noexcept : running_(std::exchange(other.running_, nullptr)) {}
  Permit& operator=(Permit&&) = delete;
  ~Permit() {
    if (running_) running_->fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<std::atomic<std::uint32_t>> running_;
};

}  // namespace

Status LimitCalls::take(const Group& group, const tenants::CallLimits& limits, rpc::Context& context) {
  const Position& position = group.tenant.position;
  Shard& shard = shards_[(position.partition_and_sequence ^ position.index) % shard_count];
  const Duration now = clock_.elapsed();
  const std::int64_t capacity = limits.requests_per_second * one_request;
  const std::lock_guard lock(shard.mutex);
  Usage& usage = shard.usages[group];
  if (usage.millionths < 0) {
    usage.millionths = capacity;
  } else {
    // A microsecond brings as many millionths of a request as the rate allows requests a second.
    const std::int64_t idle = std::min<std::int64_t>((now - usage.filled).micros, one_request);
    usage.millionths = std::min(capacity, usage.millionths + idle * limits.requests_per_second);
  }
  usage.filled = now;
  if (usage.millionths < one_request) {
    const Duration wait = Duration::microseconds((one_request - usage.millionths) / limits.requests_per_second + 1);
    return resource_exhausted("rate_limited",
                              fmt::format("At most {} requests a second; spread them, or ask for a higher limit.",
                                          limits.requests_per_second),
                              wait);
  }
  if (usage.running->load(std::memory_order_relaxed) >= limits.requests_concurrent) {
    return resource_exhausted(
        "too_many_concurrent_requests",
        fmt::format("At most {} requests at the same time; wait for answers.", limits.requests_concurrent),
        Duration::milliseconds(100));
  }
  usage.millionths -= one_request;
  usage.running->fetch_add(1, std::memory_order_relaxed);
  context.set(Permit(usage.running));
  return ok();
}

Task<Result<rpc::MessagePtr>> LimitCalls::unary(rpc::Context& context, const google::protobuf::Message& request,
                                                rpc::Next next) {
  const Caller* caller = context.get<Caller>();
  const auto* shopper = context.get<checkout::Shopper>();
  auto taken = caller != nullptr    ? take({caller->tenant()}, caller->key->limits, context)
               : shopper != nullptr ? take({shopper->tenant, true}, shopper_limits, context)
                                    : take({public_callers}, public_limits, context);
  if (!taken.ok()) return refuse(std::move(taken).error());
  return next(context, request);
}

}  // namespace florin::api
