// Registry: what each domain knows how to do, by the names that stand in the journal. Filled once at start, then only
// read.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/context.h"
#include "engine/work.h"
#include "store/reader.h"

namespace florin::engine {

// What every event carries beside its payload.
struct EventContext {
  Position position;  // partition, entry sequence, index within the entry
  Timestamp time;
  TenantId tenant;
  Actor actor;
  TraceContext trace;
  std::string command;
  std::string subject;
};

// An effect as its domain gets it back.
struct Effect {
  EffectId id;
  TenantId tenant;
  std::string kind;
  std::string provider;
  std::string subject;
  std::string payload;
  std::uint32_t timeout_ms = 0;
  std::uint32_t tries_max = 0;
  TraceContext trace;
};

// What became of an effect (v1::EffectOutcome: answered, not sent, unknown).
struct EffectResult {
  v1::EffectOutcome outcome = v1::EFFECT_OUTCOME_UNKNOWN;
  std::string reply;
  std::string detail;
  std::uint32_t tries = 0;
};

struct Timer {
  TimerId id;
  TenantId tenant;
  std::string kind;
  std::string subject;
  Timestamp due;
  std::string payload;
};

// Handlers run inside a work of the effect's or timer's tenant. They cannot refuse: what they find wrong they record as
// an event.
using EffectHandler = std::function<void(Work&, const Effect&, const EffectResult&)>;
using TimerHandler = std::function<void(Work&, const Timer&)>;

// Whether an event's record is kept where ListEvents finds it by subject.
enum class Timeline : std::uint8_t { keep, skip };

class Registry {
 public:
  using Apply = std::function<void(const EventContext&, const google::protobuf::Message&, store::Writer&)>;
  using React = std::function<Status(Work&, const EventContext&, const google::protobuf::Message&)>;

  using VerifyCheck = std::function<Status(const store::Reader&)>;

  struct EventType {
    std::uint32_t number;
    std::string name;
    const google::protobuf::Message* prototype;
    Apply apply;
    Timeline timeline;
    std::vector<React> reactions;
    // Some field, at any depth, is a string: it could hold bytes that protobuf would not read back.
    bool has_text;
  };

  // Knows the engine's own events.
  Registry();

  // Declares the event and how it changes state. `apply` cannot fail and must be pure.
  template <class Event>
  void on_event(void (*apply)(const EventContext&, const Event&, store::Writer&) noexcept,
                Timeline timeline = Timeline::keep) {
    add_event(
        Event::default_instance(),
        [apply](const EventContext& context, const google::protobuf::Message& event, store::Writer& writer) {
          apply(context, static_cast<const Event&>(event), writer);
        },
        timeline);
  }

  // A policy: runs `react` in the same work after each such event, in the order of registration. An error refuses the
  // command. In the work of an effect's outcome or a timer, which nobody can refuse, it is a bug (see
  // PartitionOptions::on_parked).
  template <class Event>
  void on_reaction(std::function<Status(Work&, const EventContext&, const Event&)> react) {
    add_reaction(Event::default_instance(), [react = std::move(react)](Work& work, const EventContext& context,
                                                                       const google::protobuf::Message& event) {
      return react(work, context, static_cast<const Event&>(event));
    });
  }

  void on_effect(std::string kind, EffectHandler handler);
  void on_timer(std::string kind, TimerHandler handler);

  // What `florin verify` checks of the state beside its digests, by name: "ledger.debits_equal_credits".
  void on_verify(std::string name, VerifyCheck check);

  // Nothing for a number that no domain declared.
  const EventType* event_type(std::uint32_t number) const;
  // CHECKs that the message was declared.
  const EventType& event_type(const google::protobuf::Message& event) const;
  const EffectHandler* effect_handler(std::string_view kind) const;
  const TimerHandler* timer_handler(std::string_view kind) const;
  // In the order of registration.
  const std::vector<std::pair<std::string, VerifyCheck>>& verify_checks() const { return verify_checks_; }

 private:
  void add_event(const google::protobuf::Message& prototype, Apply apply, Timeline timeline);
  void add_reaction(const google::protobuf::Message& prototype, React react);

  std::unordered_map<std::uint32_t, std::unique_ptr<EventType>> events_;
  std::unordered_map<const google::protobuf::Descriptor*, EventType*> by_descriptor_;
  std::map<std::string, EffectHandler, std::less<>> effects_;
  std::map<std::string, TimerHandler, std::less<>> timers_;
  std::vector<std::pair<std::string, VerifyCheck>> verify_checks_;
};

}  // namespace florin::engine
