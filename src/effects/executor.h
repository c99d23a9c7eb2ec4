// EffectExecutor: runs effects against providers, with timeouts, retries, a breaker and limits for each provider.
//
// A kind of effect ("payments.psp") is a Try: it makes one try and says what came of it. Everything else is here, on an
// injected Executor, Clock and Random, so that the simulator runs the same code.
//
// What an outcome promises:
// - answered: the provider answered; reply is what the kind made of it.
// - not_sent: provably no try of this effect reached the provider. Never given for an effect that may have been tried
// before a
//   restart, nor after a try of unknown fate: those end as unknown.
// - unknown: anything else.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "base/time.h"
#include "effects/breaker.h"
#include "effects/retry.h"
#include "engine/effect_runner.h"

namespace florin::effects {

enum class TryOutcome : std::uint8_t { answered, not_sent, unknown };

struct TryResult {
  TryOutcome outcome = TryOutcome::unknown;
  std::string reply{};
  std::string detail{};  // for people; no secret, no payload
  // answered, but the answer does not say what became of the request (a 5xx): like unknown for retries and the breaker.
  bool inconclusive = false;
  // not_sent, and no other try will be: the request itself cannot be made.
  bool permanent = false;
  // not_sent for a fault on this side of the provider, about which it says nothing.
  bool short_of_provider = false;
};

using TryDone = std::move_only_function<void(TryResult)>;

// One kind of effect. start and repeatable are called on the executor's thread.
class Try {
 public:
  virtual ~Try() = default;
  // Makes one try and returns at once. `done` is called once, from any thread, also from inside start.
  virtual void start(const engine::Effect& effect, Duration timeout, TryDone done) = 0;
  // Whether the provider does the same thing only once however often this is sent: then a try of unknown fate may be
  // repeated.
  virtual bool repeatable(const engine::Effect& effect) const = 0;
};

struct ExecutorOptions {
  // Of one provider.
  std::uint32_t in_flight_max = 64;
  std::size_t queue_max = 10'000;                       // waiting for a place in flight; one more is not sent
  Duration queue_wait_max = Duration::seconds(30);      // what waited longer is not sent
  std::uint32_t unknown_retries_max = 1;                // of tries of unknown fate, where the kind allows any
  Duration backoff_base = Duration::milliseconds(100);  // not before a retry of unknown fate: that one is made at once
  Duration backoff_max = Duration::seconds(5);
  std::uint32_t retry_budget = 50;
  std::uint32_t retry_percent = 20;
  Duration timeout_grace = Duration::seconds(1);  // a try that has not ended this long after its timeout is unknown
  BreakerOptions breaker{};
  // Whether an effect may have been tried by an earlier process; by default all may. The server passes a function that
  // knows which effects were pending when it started.
  std::function<bool(const engine::Effect&)> tried_before = [](const engine::Effect&) { return true; };
};

// A picture of one provider's counters. All but the last three only rise.
struct ProviderStats {
  std::string provider;
  std::uint64_t effects = 0;
  std::uint64_t tries = 0;
  std::uint64_t retries = 0;
  std::uint64_t answered = 0;
  std::uint64_t not_sent = 0;
  std::uint64_t unknown = 0;
  std::uint64_t refused_by_breaker = 0;
  std::uint64_t refused_by_queue = 0;
  std::uint64_t retries_over_budget = 0;
  std::uint64_t breaker_openings = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t queued = 0;
  Breaker::State breaker = Breaker::State::closed;
};

class EffectExecutor final : public engine::EffectRunner {
 public:
  // All of it must outlive the executor; `executor` must have run or dropped what was posted before the EffectExecutor
  // goes.
  EffectExecutor(Executor& executor, const Clock& clock, Random& random, ExecutorOptions options);
  ~EffectExecutor() override;

  // Before the first effect. An effect of a kind that nobody added is not sent.
  void add(std::string kind, std::unique_ptr<Try> handler);

  // Thread-safe. `done` is called on the executor's thread.
  void run(engine::Effect effect, engine::EffectDone done) override;

  // Ends everything that runs or waits as unknown, and everything that comes later. Thread-safe; happens on the
  // executor's thread.
  void shut_down();

  // Sorted by provider. Thread-safe.
  std::vector<ProviderStats> stats() const;

 private:
  struct Counters;
  struct Running;
  struct Provider;

  Provider& provider_of(const std::string& name);
  void take_in(engine::Effect effect, engine::EffectDone done);
  void enqueue(std::shared_ptr<Running> running);
  void pump(Provider& provider);
  void start_try(std::shared_ptr<Running> running);
  void end_try(std::uint64_t id, std::uint32_t number, TryResult result);
  bool plan_retry(const std::shared_ptr<Running>& running, const TryResult& result);
  void finish(Running& running, TryResult result);
  void stop();

  Executor& executor_;
  const Clock& clock_;
  Random& random_;
  const ExecutorOptions options_;
  std::map<std::string, std::unique_ptr<Try>> handlers_;
  // Posted work looks here before it touches the object.
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);

  // On the executor's thread, but for the map itself.
  mutable std::mutex providers_mutex_;
  std::map<std::string, std::unique_ptr<Provider>> providers_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Running>> running_;
  std::uint64_t next_id_ = 1;
  bool stopped_ = false;
};

}  // namespace florin::effects
