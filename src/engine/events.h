// Events in state: how one is applied, and how a subject's timeline is read back.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/registry.h"
#include "store/reader.h"

namespace florin::engine {

struct AppliedEvent {
  const Registry::EventType& type;
  const EventContext& context;
  const google::protobuf::Message& message;
  std::string_view head;     // encode_command_head(context)
  std::string_view element;  // what append_event wrote
};

// The one way in which an event changes state, in the lane and in a replay: its domain's apply, and its row in the
// timeline.
void apply_event(const AppliedEvent& event, store::Writer& writer);

// Messages to parse events into, one of each type, used again and again. One thread.
class EventScratch {
 public:
  // Null if the payload is not a readable message of this type. Valid until the next parse of this type.
  const google::protobuf::Message* parse(const Registry::EventType& type, std::string_view payload);

 private:
  std::unordered_map<std::uint32_t, std::unique_ptr<google::protobuf::Message>> messages_;
};

// An event as the timeline keeps it. `payload` is the event message, binary; `type` its number.
struct RecordedEvent {
  EventContext context;
  std::uint32_t type = 0;
  std::string payload;
};

// At most `count` events about `subject` of `tenant`, the earliest first, from the position `from` on (the default for
// all).
std::vector<RecordedEvent> list_events(const store::Reader& reader, TenantId tenant, std::string_view subject,
                                       Position from, std::size_t count);

}  // namespace florin::engine
