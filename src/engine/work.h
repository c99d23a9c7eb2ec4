// Work: one command's unit of work. Everything it does takes effect together, or not at all.
//
// A domain's decide functions read `state()`, refuse by returning an Error, and otherwise `emit` events. Each event is
// applied at once to this work's own view, so what follows sees it. Only apply functions write state.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/context.h"
#include "florin/engine/v1/events.pb.h"
#include "store/reader.h"

namespace florin::engine {

struct EffectTag {
  static constexpr std::string_view prefix = "eff_";
};
struct TimerTag {
  static constexpr std::string_view prefix = "tmr_";
};
using EffectId = Id<EffectTag>;
using TimerId = Id<TimerTag>;

// Something to do in the outside world once this work is durable.
struct EffectRequest {
  std::string kind;      // registered with Registry::on_effect and an EffectRunner: "payments.psp"
  std::string provider;  // whose breaker and limits apply: "sandbox/default"
  std::string subject;   // the resource it is for: "pay_..."
  std::string payload;
  std::uint32_t timeout_ms = 30'000;
  std::uint32_t tries_max = 3;
};

// A command this partition sends itself at `due`.
struct TimerRequest {
  std::string kind;  // registered with Registry::on_timer
  std::string subject;
  Timestamp due;
  std::string payload;
};

class Work {
 public:
  virtual ~Work() = default;

  // State with everything this work has emitted so far.
  virtual const store::Reader& state() const = 0;
  // The lane's time: the same for all of one entry, never falls.
  virtual Timestamp now() const = 0;
  virtual const CommandContext& context() const = 0;
  TenantId tenant() const { return context().tenant; }

  // A position no other resource has; ids are made of it.
  virtual Position new_position() = 0;
  template <class Tag>
  Id<Tag> new_id() {
    return Id<Tag>{new_position()};
  }

  // Records a fact about `subject` (a resource id, or empty) for the command's tenant, and applies it. `event` must be
  // a message with event options.
  void emit(std::string_view subject, const google::protobuf::Message& event) { emit_for(tenant(), subject, event); }
  // The same for another tenant, for commands of the platform.
  virtual void emit_for(TenantId tenant, std::string_view subject, const google::protobuf::Message& event) = 0;

  // The outcome comes back to the handler of its kind, once.
  virtual EffectId request_effect(const EffectRequest& request) = 0;
  // Fires at or after `due`, once, unless canceled.
  virtual TimerId set_timer(const TimerRequest& request) = 0;
  // Nothing happens if it has fired already.
  virtual void cancel_timer(TimerId timer) = 0;
};

}  // namespace florin::engine
