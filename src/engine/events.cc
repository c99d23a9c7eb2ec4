#include "engine/events.h"

#include <utility>

#include "base/check.h"
#include "base/encoding.h"
#include "engine/wire.h"
#include "store/key.h"
#include "store/table_ids.h"

namespace florin::engine {
namespace {

using store::Key;

constexpr std::size_t position_size = 12;

Key timeline_prefix(TenantId tenant, std::string_view subject) {
  return Key().u8(store::table_id::events_by_subject).id(tenant).text(subject);
}

// The row: the entry's time, then a CommandRecord with the one event.
RecordedEvent decode_row(std::string_view key, std::string_view row) {
  CHECK(row.size() >= 8 && key.size() >= position_size);
  journal::v1::CommandRecord record;
  CHECK(record.ParseFromArray(row.data() + 8, static_cast<int>(row.size() - 8)) && record.events_size() == 1);
  auto context = decode_command_head(record);
  CHECK(context);
  const char* position = key.data() + key.size() - position_size;
  context->position = {load_u64_be(position), load_u32_be(position + 8)};
  context->time = {static_cast<std::int64_t>(load_u64_be(row.data()))};
  auto& event = *record.mutable_events(0);
  context->subject = event.subject();
  return {*std::move(context), event.type(), std::move(*event.mutable_payload())};
}

}  // namespace

void apply_event(const AppliedEvent& event, store::Writer& writer) {
  const EventContext& context = event.context;
  event.type.apply(context, event.message, writer);
  if (event.type.timeline == Timeline::skip || context.subject.empty()) return;
  std::string row;
  row.reserve(8 + event.head.size() + event.element.size());
  put_u64_be(row, static_cast<std::uint64_t>(context.time.micros));
  row += event.head;
  row += event.element;
  writer.put(timeline_prefix(context.tenant, context.subject).position(context.position).bytes(), row);
}

const google::protobuf::Message* EventScratch::parse(const Registry::EventType& type, std::string_view payload) {
  auto& message = messages_[type.number];
  if (!message) message.reset(type.prototype->New());
  if (!message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return nullptr;
  return message.get();
}

std::vector<RecordedEvent> list_events(const store::Reader& reader, TenantId tenant, std::string_view subject,
                                       Position from, std::size_t count) {
  const Key prefix = timeline_prefix(tenant, subject);
  std::vector<RecordedEvent> events;
  const auto scan = reader.scan({Key(prefix).position(from).bytes(), store::prefix_end(prefix.bytes())});
  for (; scan->valid() && events.size() < count; scan->next()) {
    events.push_back(decode_row(scan->key(), scan->value()));
  }
  return events;
}

}  // namespace florin::engine
