#include "api/system/system_service.h"

#include <fmt/format.h>

#include "api/common/submit.h"
#include "contracts/convert.h"
#include "payments/queries.h"

namespace florin::api {
namespace {

// One is cause for a look, so an exact number beyond this is worth no reading.
constexpr std::size_t attention_counted_max = 1'000;

system::v1::BreakerState to_message(effects::Breaker::State state) {
  switch (state) {
    case effects::Breaker::State::closed:
      return system::v1::BREAKER_STATE_CLOSED;
    case effects::Breaker::State::open:
      return system::v1::BREAKER_STATE_OPEN;
    case effects::Breaker::State::half_open:
      return system::v1::BREAKER_STATE_HALF_OPEN;
  }
  return system::v1::BREAKER_STATE_UNSPECIFIED;
}

void fill(const effects::ProviderStats& stats, system::v1::ProviderHealth& provider) {
  provider.set_provider(stats.provider);
  provider.set_breaker(to_message(stats.breaker));
  provider.set_breaker_openings(stats.breaker_openings);
  provider.set_in_flight(stats.in_flight);
  provider.set_queued(stats.queued);
  provider.set_effects(stats.effects);
  provider.set_answered(stats.answered);
  provider.set_not_sent(stats.not_sent);
  provider.set_unknown(stats.unknown);
  provider.set_tries(stats.tries);
  provider.set_retries(stats.retries);
  const std::uint64_t failed = stats.not_sent + stats.unknown;
  const std::uint64_t ended = stats.answered + failed;
  if (ended > 0) provider.set_failed_permille(static_cast<std::uint32_t>(failed * 1'000 / ended));
}

void fill(const engine::PartitionStats& stats, system::v1::GetHealthResponse& health) {
  auto& journal = *health.mutable_journal();
  journal.set_sequence(stats.sequence);
  journal.set_entries(stats.entries);
  journal.set_events(stats.events);
  journal.set_bytes(stats.journal_bytes);
  auto& lane = *health.mutable_lane();
  lane.set_commands_accepted(stats.commands_accepted);
  lane.set_commands_refused(stats.commands_refused);
  lane.set_commands_replayed(stats.commands_replayed);
  lane.set_commands_overloaded(stats.commands_overloaded);
  lane.set_commands_waiting(stats.intake_commands);
  lane.set_effects_pending(stats.effects_pending);
  lane.set_timers_pending(stats.timers_pending);
  lane.set_parked(stats.parked);
}

void add_problems(const HealthSigns& signs, system::v1::GetHealthResponse& health) {
  for (const auto& provider : signs.providers) {
    if (provider.breaker == effects::Breaker::State::closed) continue;
    health.add_problems(fmt::format("{} fails too often: nothing is sent to it for a while.", provider.provider));
  }
  for (const auto& process : signs.processes) {
    if (process.running) continue;
    health.add_problems(fmt::format("The process {} has ended and is being started again.", process.name));
  }
  if (signs.partition.parked > 0) {
    health.add_problems(
        fmt::format("{} outcomes or timers were set aside by a bug; the log tells which.", signs.partition.parked));
  }
  if (signs.payments_needing_attention > 0) {
    health.add_problems(fmt::format("{}{} payments need a person's attention.", signs.payments_needing_attention,
                                    signs.payments_needing_attention >= attention_counted_max ? " or more" : ""));
  }
}

}  // namespace

system::v1::GetHealthResponse tell_health(const HealthSigns& signs) {
  system::v1::GetHealthResponse health;
  health.set_version(signs.version);
  *health.mutable_start_time() = contracts::to_message(signs.start);
  health.mutable_uptime()->set_seconds((signs.now - signs.start).to_seconds());
  fill(signs.partition, health);
  for (const auto& provider : signs.providers) fill(provider, *health.add_providers());
  for (const auto& process : signs.processes) {
    auto& shown = *health.add_processes();
    shown.set_name(process.name);
    shown.set_state(process.running ? system::v1::PROCESS_STATE_RUNNING : system::v1::PROCESS_STATE_DOWN);
    shown.set_address(process.address);
    shown.set_restarts(process.restarts);
  }
  health.set_payments_needing_attention(signs.payments_needing_attention);
  add_problems(signs, health);
  health.set_state(health.problems().empty() ? system::v1::HEALTH_STATE_OK : system::v1::HEALTH_STATE_DEGRADED);
  return health;
}

Task<Result<system::v1::GetHealthResponse>> SystemService::get_health(const system::v1::GetHealthRequest&,
                                                                      rpc::Context&) {
  HealthSigns signs;
  signs.version = parts_.version;
  signs.start = start_;
  signs.now = parts_.platform.clock.now();
  signs.partition = parts_.platform.partition.stats();
  signs.providers = parts_.providers();
  signs.processes = parts_.processes();
  signs.payments_needing_attention =
      payments::count_needing_attention(*parts_.platform.partition.snapshot(), attention_counted_max);
  co_return tell_health(signs);
}

}  // namespace florin::api
