#include "engine/lane_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/wire.h"

namespace florin::engine {
namespace {

Error too_large(const Limits& limits) {
  return Error(Code::resource_exhausted, ErrorDomain::limit, "command_too_large",
               fmt::format("One command may cause at most {} events and {} bytes of them. Send it in parts.",
                           limits.command_events_max, limits.command_bytes_max));
}

Error not_readable(std::string_view type) {
  return internal_error("event_not_readable", fmt::format("{} holds text that is not UTF-8.", type));
}

// Ids and words: what is safe in a key and in a protobuf string.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

LaneWork::LaneWork(WorkRoom& room, EntryBuilder& entry, const CommandContext& context)
    : room_(room), entry_(entry), context_(context) {
  event_context_.time = entry.time;
  event_context_.actor = context.actor;
  event_context_.trace = context.trace;
  event_context_.command = context.name;
  room_.overlay.begin_work();
}

LaneWork::~LaneWork() {
  if (!kept_) room_.overlay.drop_work();
}

Position LaneWork::new_position() {
  return Position::of(entry_.partition, entry_.sequence, entry_.positions + positions_++);
}

void LaneWork::emit_for(TenantId tenant, std::string_view subject, const google::protobuf::Message& event) {
  if (failure_) return;
  if (events_ >= room_.limits.command_events_max) return fail(too_large(room_.limits));
  const auto& type = room_.registry.event_type(event);
  CHECK(is_plain(subject), "an event's subject is a resource id");

  open_record(tenant);
  const std::size_t element = record_events_.size();
  const std::size_t payload = append_event(record_events_, type.number, subject, event);
  if (commands_.size() + record_events_.size() > room_.limits.command_bytes_max) return fail(too_large(room_.limits));
  // A text that is not UTF-8 can be written but not read back, and the journal must be readable for ever. So events
  // with text are applied as a replay will see them.
  const google::protobuf::Message* seen = &event;
  if (type.has_text) {
    seen = room_.scratch.parse(type, std::string_view(record_events_).substr(payload));
    if (seen == nullptr) return fail(not_readable(type.name));
  }

  event_context_.position = Position::of(entry_.partition, entry_.sequence, entry_.events + events_);
  event_context_.subject = subject;
  ++events_;
  apply_event({type, event_context_, *seen, head_, std::string_view(record_events_).substr(element)}, room_.overlay);
  if (!type.reactions.empty()) {
    reactions_.push_back({&type, event_context_, std::unique_ptr<google::protobuf::Message>(seen->New())});
    reactions_.back().event->CopyFrom(*seen);
  }
  if (!subject.empty()) {
    subjects_ += subject;
    subjects_ += '\0';
  }
}

EffectId LaneWork::request_effect(const EffectRequest& request) {
  const auto id = new_id<EffectTag>();
  v1::EffectRequested event;
  event.set_effect_id(id.to_string());
  event.set_kind(request.kind);
  event.set_provider(request.provider);
  event.set_payload(request.payload);
  event.mutable_policy()->set_timeout_ms(request.timeout_ms);
  event.mutable_policy()->set_tries_max(request.tries_max);
  emit(request.subject, event);
  effects_requested_ = true;
  return id;
}

TimerId LaneWork::set_timer(const TimerRequest& request) {
  const auto id = new_id<TimerTag>();
  // One that is overdue already fires next, in the order of being set.
  const Timestamp due = std::max(request.due, now());
  v1::TimerSet event;
  event.set_timer_id(id.to_string());
  event.set_kind(request.kind);
  set_proto_time(due, event.mutable_due());
  event.set_payload(request.payload);
  emit(request.subject, event);
  const DueTimer timer{due, id};
  if (!first_timer_ || timer < *first_timer_) first_timer_ = timer;
  return id;
}

void LaneWork::cancel_timer(TimerId timer) {
  const auto set = find_timer(state(), timer);
  if (!set) return;
  v1::TimerCanceled event;
  event.set_timer_id(timer.to_string());
  emit_for(set->tenant, set->subject, event);
}

Status LaneWork::react() {
  // Reactions emit, so the list grows while it is walked; the bound on events ends it.
  for (std::size_t i = 0; i < reactions_.size() && !failure_; ++i) {
    const Reaction reaction = std::move(reactions_[i]);
    for (const auto& react : reaction.type->reactions) RETURN_IF_ERROR(react(*this, reaction.context, *reaction.event));
  }
  return ok();
}

void LaneWork::keep() {
  CHECK(!kept_ && !failure_);
  kept_ = true;
  room_.overlay.keep_work();
  close_record();
  entry_.commands += commands_;
  entry_.events += events_;
  entry_.positions += positions_;
  entry_.effects_requested |= effects_requested_;
  if (first_timer_ && (!entry_.first_timer || *first_timer_ < *entry_.first_timer)) entry_.first_timer = first_timer_;
  entry_.subjects += subjects_;
}

// Events of one tenant in a row share a record; another tenant's event opens a new one.
void LaneWork::open_record(TenantId tenant) {
  if (!head_.empty() && tenant == event_context_.tenant) return;
  close_record();
  event_context_.tenant = tenant;
  head_ = encode_command_head(event_context_);
}

void LaneWork::close_record() {
  if (record_events_.empty()) return;
  append_command(commands_, head_, record_events_);
  record_events_.clear();
}

void LaneWork::fail(Error error) {
  failure_ = std::move(error);
}

}  // namespace florin::engine
