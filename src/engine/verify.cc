#include "engine/verify.h"

#include <fmt/format.h>

#include <limits>
#include <set>
#include <utility>

#include "base/encoding.h"
#include "engine/engine_state.h"
#include "engine/recovery.h"
#include "florin/engine/v1/events.pb.h"

namespace florin::engine {
namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

// What is still to be done, according to the events alone.
class Promises {
 public:
  void see(const google::protobuf::Message& event) {
    if (const auto* requested = cast<v1::EffectRequested>(event)) effects_.insert(requested->effect_id());
    if (const auto* completed = cast<v1::EffectCompleted>(event)) effects_.erase(completed->effect_id());
    if (const auto* set = cast<v1::TimerSet>(event)) timers_.insert(set->timer_id());
    if (const auto* fired = cast<v1::TimerFired>(event)) timers_.erase(fired->timer_id());
    if (const auto* canceled = cast<v1::TimerCanceled>(event)) timers_.erase(canceled->timer_id());
  }

  void compare(const store::Reader& live, VerifyReport& report) const {
    std::set<std::string> kept;
    for (const auto& effect : list_effects(live, {}, all)) kept.insert(effect.id.to_string());
    compare_sets("Effect", effects_, kept, report);
    report.effects_pending = kept.size();
    kept.clear();
    for (const auto& timer : list_timers(live, {}, all)) kept.insert(timer.id.to_string());
    compare_sets("Timer", timers_, kept, report);
    report.timers_pending = kept.size();
    // A timer that is set but not filed by its due time would never fire.
    for (const auto& due : list_due(live, {}, all)) kept.erase(due.id.to_string());
    for (const auto& id : kept) report.problems.push_back(fmt::format("Timer {} is not in the order of firing.", id));
  }

 private:
  template <class Event>
  static const Event* cast(const google::protobuf::Message& event) {
    return event.GetDescriptor() == Event::descriptor() ? static_cast<const Event*>(&event) : nullptr;
  }

  static void compare_sets(std::string_view what, const std::set<std::string>& journal,
                           const std::set<std::string>& state, VerifyReport& report) {
    for (const auto& id : journal) {
      if (!state.contains(id)) report.problems.push_back(fmt::format("{} {} is pending but forgotten.", what, id));
    }
    for (const auto& id : state) {
      if (!journal.contains(id)) report.problems.push_back(fmt::format("{} {} is kept but not pending.", what, id));
    }
  }

  std::set<std::string> effects_;
  std::set<std::string> timers_;
};

std::string name_of(std::string_view key) {
  return fmt::format("table {}, key {}", static_cast<unsigned char>(key.front()), hex(key.substr(1)));
}

// Names the first row that differs.
void compare_rows(const store::Reader& live, const store::Reader& replayed, VerifyReport& report) {
  const auto left = live.scan({});
  const auto right = replayed.scan({});
  for (; left->valid() || right->valid(); left->next(), right->next(), ++report.rows) {
    if (!right->valid() || (left->valid() && left->key() < right->key())) {
      report.problems.push_back(
          fmt::format("The state has a row the journal does not tell of: {}.", name_of(left->key())));
      return;
    }
    if (!left->valid() || right->key() < left->key()) {
      report.problems.push_back(fmt::format("The state lacks a row: {}.", name_of(right->key())));
      return;
    }
    if (left->value() != right->value()) {
      report.problems.push_back(
          fmt::format("The state has another value than the journal says: {}.", name_of(left->key())));
      return;
    }
  }
}

}  // namespace

Result<VerifyReport> verify(const VerifyOptions& options) {
  VerifyReport report;
  Promises promises;
  Replayer replayer({options.partition, options.registry, options.scratch,
                     [&](const EventContext&, const google::protobuf::Message& event) { promises.see(event); }});
  ASSIGN_OR_RETURN(const auto cursor, options.journal->read(1));
  const std::uint64_t position = options.live->sequence();
  for (;;) {
    if (report.entries == position) {
      RETURN_IF_ERROR(replayer.settle());
      compare_rows(*options.live, options.scratch->latest(), report);
      promises.compare(*options.live, report);
    }
    ASSIGN_OR_RETURN(const auto entry, cursor->next());
    if (!entry) break;
    RETURN_IF_ERROR(replayer.apply(*entry));
    ++report.entries;
  }
  RETURN_IF_ERROR(replayer.settle());
  report.events = replayer.events();
  if (report.entries < position) {
    report.problems.push_back(
        fmt::format("The state contains entry {}, but the journal ends with {}.", position, report.entries));
  }
  for (const auto& [name, check] : options.registry->verify_checks()) {
    if (const auto status = check(options.scratch->latest()); !status.ok()) {
      report.problems.push_back(fmt::format("{}: {}", name, status.error().message()));
    }
  }
  return report;
}

}  // namespace florin::engine
