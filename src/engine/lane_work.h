// LaneWork: the Work that the lane gives to a decide function. It writes to the overlay and keeps its journal record
// until it is accepted.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/entry_builder.h"
#include "engine/events.h"
#include "engine/limits.h"
#include "engine/overlay.h"
#include "engine/registry.h"
#include "engine/work.h"

namespace florin::engine {

// What all works of a lane share.
struct WorkRoom {
  const Registry& registry;
  const Limits& limits;
  Overlay& overlay;
  EventScratch scratch;
};

class LaneWork final : public Work {
 public:
  // All three must outlive the work. Begins a work of the overlay, which ends with `keep` or with the destructor.
  LaneWork(WorkRoom& room, EntryBuilder& entry, const CommandContext& context);
  ~LaneWork() override;
  LaneWork(const LaneWork&) = delete;
  LaneWork& operator=(const LaneWork&) = delete;

  const store::Reader& state() const override { return room_.overlay; }
  Timestamp now() const override { return entry_.time; }
  const CommandContext& context() const override { return context_; }
  Position new_position() override;
  void emit_for(TenantId tenant, std::string_view subject, const google::protobuf::Message& event) override;
  EffectId request_effect(const EffectRequest& request) override;
  TimerId set_timer(const TimerRequest& request) override;
  void cancel_timer(TimerId timer) override;

  // Runs the policies on what was emitted so far, theirs included.
  Status react();
  // Why the work must be refused although nobody said so: too many events, or one that could not be read back.
  const std::optional<Error>& failure() const { return failure_; }
  // Joins the entry.
  void keep();

 private:
  struct Reaction {
    const Registry::EventType* type;
    EventContext context;
    std::unique_ptr<google::protobuf::Message> event;
  };

  void open_record(TenantId tenant);
  void close_record();
  void fail(Error error);

  WorkRoom& room_;
  EntryBuilder& entry_;
  const CommandContext& context_;

  EventContext event_context_;  // of the open record; position and subject of the last event
  std::string head_;            // of the open record
  std::string record_events_;   // of the open record
  std::string commands_;        // closed records
  std::string subjects_;
  std::vector<Reaction> reactions_;
  std::uint32_t events_ = 0;
  std::uint32_t positions_ = 0;
  bool effects_requested_ = false;
  std::optional<DueTimer> first_timer_;
  std::optional<Error> failure_;
  bool kept_ = false;
};

}  // namespace florin::engine
