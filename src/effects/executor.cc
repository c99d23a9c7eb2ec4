#include "effects/executor.h"

namespace florin::effects {
namespace {

engine::v1::EffectOutcome wire(TryOutcome outcome) {
  switch (outcome) {
    case TryOutcome::answered:
      return engine::v1::EFFECT_OUTCOME_ANSWERED;
    case TryOutcome::not_sent:
      return engine::v1::EFFECT_OUTCOME_NOT_SENT;
    case TryOutcome::unknown:
      return engine::v1::EFFECT_OUTCOME_UNKNOWN;
  }
  return engine::v1::EFFECT_OUTCOME_UNKNOWN;
}

TryResult not_sent(std::string detail) {
  return {.outcome = TryOutcome::not_sent, .detail = std::move(detail)};
}

// Nothing is known of what became of the request.
bool is_open(const TryResult& result) {
  return result.outcome == TryOutcome::unknown || result.inconclusive;
}

}  // namespace

// Written on the executor's thread, read from any.
struct EffectExecutor::Counters {
  std::atomic<std::uint64_t> effects, tries, retries, answered, not_sent, unknown, refused_by_breaker, refused_by_queue,
      retries_over_budget, breaker_openings, in_flight, queued;
  std::atomic<Breaker::State> breaker;
};

// One effect between run and done.
struct EffectExecutor::Running {
  std::uint64_t id = 0;
  engine::Effect effect;
  engine::EffectDone done;
  Try* handler = nullptr;
  Provider* provider = nullptr;
  std::uint32_t tries = 0;
  std::uint32_t unknown_retries = 0;
  bool trying = false;
  std::uint64_t breaker_openings = 0;  // when the try began
  Duration queued_at{};
  // The last result of unknown fate: what an end without a better one must say.
  std::optional<TryResult> open_result{};
  std::shared_ptr<TimerHandle> timer{};
};

struct EffectExecutor::Provider {
  explicit Provider(const ExecutorOptions& options)
      : breaker(options.breaker), budget(options.retry_budget, options.retry_percent) {}

  Breaker breaker;
  RetryBudget budget;
  std::deque<std::shared_ptr<Running>> queue;
  std::uint32_t in_flight = 0;
  Counters counters{};
};

EffectExecutor::EffectExecutor(Executor& executor, const Clock& clock, Random& random, ExecutorOptions options)
    : executor_(executor), clock_(clock), random_(random), options_(std::move(options)) {
  CHECK(options_.in_flight_max > 0);
}

EffectExecutor::~EffectExecutor() {
  alive_->store(false);
}

void EffectExecutor::add(std::string kind, std::unique_ptr<Try> handler) {
  const bool added = handlers_.emplace(std::move(kind), std::move(handler)).second;
  CHECK(added, "two handlers for one kind of effect");
}

void EffectExecutor::run(engine::Effect effect, engine::EffectDone done) {
  executor_.post([this, alive = alive_, effect = std::move(effect), done = std::move(done)]() mutable {
    if (*alive) return take_in(std::move(effect), std::move(done));
    engine::EffectResult gone;
    gone.detail = "Florin was shut down before the request was sent.";
    done(std::move(gone));
  });
}

void EffectExecutor::shut_down() {
  executor_.post([this, alive = alive_] {
    if (*alive) stop();
  });
}

void EffectExecutor::stop() {
  stopped_ = true;
  for (auto& [name, provider] : providers_) provider->queue.clear();
  while (!running_.empty()) {
    const std::shared_ptr<Running> running = running_.begin()->second;
    finish(*running, {.outcome = TryOutcome::unknown, .detail = "Florin was shut down before an answer came."});
  }
}

EffectExecutor::Provider& EffectExecutor::provider_of(const std::string& name) {
  const std::lock_guard lock(providers_mutex_);
  std::unique_ptr<Provider>& provider = providers_[name];
  if (!provider) provider = std::make_unique<Provider>(options_);
  return *provider;
}

void EffectExecutor::take_in(engine::Effect effect, engine::EffectDone done) {
  auto running = std::make_shared<Running>();
  running->id = next_id_++;
  running->effect = std::move(effect);
  running->done = std::move(done);
  running->provider = &provider_of(running->effect.provider);
  ++running->provider->counters.effects;
  running_.emplace(running->id, running);
  if (options_.tried_before(running->effect)) {
    running->open_result = {.outcome = TryOutcome::unknown,
                            .detail = "An earlier try, before a restart, may have reached the provider."};
  }
  if (stopped_) return finish(*running, {.outcome = TryOutcome::unknown, .detail = "Florin is shutting down."});
  const auto handler = handlers_.find(running->effect.kind);
  if (handler == handlers_.end()) {
    return finish(*running, not_sent("Nothing in this program performs effects of this kind."));
  }
  running->handler = handler->second.get();
  running->provider->budget.on_first_try();
  enqueue(std::move(running));
}

void EffectExecutor::enqueue(std::shared_ptr<Running> running) {
  Provider& provider = *running->provider;
  if (provider.queue.size() >= options_.queue_max) {
    ++provider.counters.refused_by_queue;
    return finish(*running, not_sent("Too many requests wait for this provider."));
  }
  running->queued_at = clock_.elapsed();
  provider.queue.push_back(std::move(running));
  pump(provider);
}

void EffectExecutor::pump(Provider& provider) {
  while (!provider.queue.empty() && provider.in_flight < options_.in_flight_max) {
    std::shared_ptr<Running> next = std::move(provider.queue.front());
    provider.queue.pop_front();
    const Duration now = clock_.elapsed();
    if (now - next->queued_at > options_.queue_wait_max) {
      ++provider.counters.refused_by_queue;
      finish(*next, not_sent("The request waited too long for its turn at this provider."));
    } else if (!provider.breaker.admit(now)) {
      ++provider.counters.refused_by_breaker;
      finish(*next, not_sent("This provider has failed too often of late and is not asked for a moment."));
    } else {
      start_try(std::move(next));
    }
  }
  provider.counters.queued = provider.queue.size();
  provider.counters.breaker = provider.breaker.state(clock_.elapsed());
}

void EffectExecutor::start_try(std::shared_ptr<Running> running) {
  Provider& provider = *running->provider;
  provider.counters.in_flight = ++provider.in_flight;
  ++provider.counters.tries;
  if (running->tries > 0) ++provider.counters.retries;
  const std::uint32_t number = ++running->tries;
  // Callbacks name the effect and do not hold it: it holds its timer, and they would hold each other for ever.
  const std::uint64_t id = running->id;
  running->trying = true;
  running->breaker_openings = provider.breaker.openings();
  const Duration timeout = Duration::milliseconds(running->effect.timeout_ms);
  running->timer = executor_.post_after(timeout + options_.timeout_grace, [this, alive = alive_, id, number] {
    if (*alive) end_try(id, number, {.outcome = TryOutcome::unknown, .detail = "No answer came in time."});
  });
  Executor& executor = executor_;
  running->handler->start(running->effect, timeout, [this, &executor, alive = alive_, id, number](TryResult result) {
    executor.post([this, alive, id, number, result = std::move(result)]() mutable {
      if (*alive) end_try(id, number, std::move(result));
    });
  });
}

void EffectExecutor::end_try(std::uint64_t id, std::uint32_t number, TryResult result) {
  // The first end of a try counts: its answer, or its timeout.
  const auto found = running_.find(id);
  if (found == running_.end() || !found->second->trying || found->second->tries != number) return;
  const std::shared_ptr<Running> running = found->second;
  running->trying = false;
  running->timer->cancel();
  Provider& provider = *running->provider;
  provider.counters.in_flight = --provider.in_flight;
  const bool provider_works = result.outcome == TryOutcome::answered && !result.inconclusive;
  // What began before the breaker opened must not pass for its probe. What could not even be built, or got no further
  // than us, says nothing about the provider.
  if (running->breaker_openings == provider.breaker.openings()) {
    provider.breaker.record(provider_works || result.permanent || result.short_of_provider, clock_.elapsed());
  }
  provider.counters.breaker_openings = provider.breaker.openings();
  if (is_open(result)) running->open_result = result;
  if (!plan_retry(running, result)) finish(*running, std::move(result));
  pump(provider);
}

bool EffectExecutor::plan_retry(const std::shared_ptr<Running>& running, const TryResult& result) {
  if (stopped_ || running->tries >= running->effect.tries_max) return false;
  const bool conclusive = result.outcome == TryOutcome::answered && !result.inconclusive;
  if (conclusive || result.permanent) return false;
  const bool of_unknown = is_open(result);
  if (of_unknown &&
      (running->unknown_retries >= options_.unknown_retries_max || !running->handler->repeatable(running->effect))) {
    return false;
  }
  if (!running->provider->budget.take()) {
    ++running->provider->counters.retries_over_budget;
    return false;
  }
  if (of_unknown) {
    // At once: the caller waits, and the same key makes it harmless.
    ++running->unknown_retries;
    enqueue(running);
    return true;
  }
  const Duration wait = jittered_backoff(running->tries, options_.backoff_base, options_.backoff_max, random_);
  running->timer = executor_.post_after(wait, [this, alive = alive_, id = running->id] {
    if (!*alive) return;
    if (const auto found = running_.find(id); found != running_.end()) enqueue(found->second);
  });
  return true;
}

void EffectExecutor::finish(Running& running, TryResult result) {
  // Not sent this time proves nothing about an earlier try.
  if (result.outcome == TryOutcome::not_sent && running.open_result) result = *running.open_result;
  const auto keep = running_.extract(running.id);
  if (keep.empty()) return;
  if (running.timer) running.timer->cancel();
  if (std::exchange(running.trying, false)) running.provider->counters.in_flight = --running.provider->in_flight;
  Counters& counters = running.provider->counters;
  switch (result.outcome) {
    case TryOutcome::answered:
      ++counters.answered;
      break;
    case TryOutcome::not_sent:
      ++counters.not_sent;
      break;
    case TryOutcome::unknown:
      ++counters.unknown;
      break;
  }
  engine::EffectResult ended;
  ended.outcome = wire(result.outcome);
  ended.reply = std::move(result.reply);
  ended.detail = std::move(result.detail);
  ended.tries = running.tries;
  running.done(std::move(ended));
}

std::vector<ProviderStats> EffectExecutor::stats() const {
  const std::lock_guard lock(providers_mutex_);
  std::vector<ProviderStats> all;
  for (const auto& [name, provider] : providers_) {
    const Counters& c = provider->counters;
    all.push_back({.provider = name,
                   .effects = c.effects,
                   .tries = c.tries,
                   .retries = c.retries,
                   .answered = c.answered,
                   .not_sent = c.not_sent,
                   .unknown = c.unknown,
                   .refused_by_breaker = c.refused_by_breaker,
                   .refused_by_queue = c.refused_by_queue,
                   .retries_over_budget = c.retries_over_budget,
                   .breaker_openings = c.breaker_openings,
                   .in_flight = c.in_flight,
                   .queued = c.queued,
                   .breaker = c.breaker});
  }
  return all;
}

}  // namespace florin::effects
