#include "engine/engine_state.h"

#include <cstring>
#include <utility>

#include "base/check.h"
#include "engine/wire.h"
#include "store/table.h"
#include "store/table_ids.h"

namespace florin::engine {
namespace {

using journal::v1::CommandRecord;
using store::Key;

const store::Table<CommandRecord>& effects() {
  static const store::Table<CommandRecord> table{{store::table_id::effects, "effects"}};
  return table;
}

const store::Table<CommandRecord>& timers() {
  static const store::Table<CommandRecord> table{{store::table_id::timers, "timers"}};
  return table;
}

const store::Table<Pending>& pending() {
  static const store::Table<Pending> table{{store::table_id::meta, "meta"}};
  return table;
}

const store::Table<journal::Hash>& hashes() {
  static const store::Table<journal::Hash> table{{store::table_id::meta, "meta"}};
  return table;
}

Key pending_key() {
  return Key().text("pending");
}
Key previous_hash_key() {
  return Key().text("previous_hash");
}

std::string due_key(DueTimer timer) {
  return Key().u8(store::table_id::timers_by_due).time(timer.due).id(timer.id).bytes();
}

// `event` must have been serialized before, so its text is known to be readable.
CommandRecord record_of(const EventContext& context, std::uint32_t type, const google::protobuf::Message& event) {
  CommandRecord record;
  CHECK(record.ParseFromString(encode_command_head(context)));
  auto* stored = record.add_events();
  stored->set_type(type);
  stored->set_subject(context.subject);
  CHECK(event.SerializeToString(stored->mutable_payload()));
  return record;
}

EventContext context_of(const CommandRecord& record) {
  auto context = decode_command_head(record);
  CHECK(context && record.events_size() == 1);
  context->subject = record.events(0).subject();
  return *std::move(context);
}

template <class Event>
Event event_of(const CommandRecord& record) {
  Event event;
  CHECK(event.ParseFromString(record.events(0).payload()));
  return event;
}

Effect to_effect(const CommandRecord& record) {
  auto context = context_of(record);
  auto event = event_of<v1::EffectRequested>(record);
  const auto id = EffectId::parse(event.effect_id());
  CHECK(id);
  return {
      .id = *id,
      .tenant = context.tenant,
      .kind = event.kind(),
      .provider = event.provider(),
      .subject = std::move(context.subject),
      .payload = std::move(*event.mutable_payload()),
      .timeout_ms = event.policy().timeout_ms(),
      .tries_max = event.policy().tries_max(),
      .trace = context.trace,
  };
}

Timer to_timer(const CommandRecord& record) {
  auto context = context_of(record);
  auto event = event_of<v1::TimerSet>(record);
  const auto id = TimerId::parse(event.timer_id());
  CHECK(id);
  return {
      .id = *id,
      .tenant = context.tenant,
      .kind = event.kind(),
      .subject = std::move(context.subject),
      .due = from_proto_time(event.due()),
      .payload = std::move(*event.mutable_payload()),
  };
}

// Rows after `after`, which itself is passed over if it is still there.
template <class Id>
std::vector<store::Keyed<CommandRecord>> rows_after(const store::Table<CommandRecord>& table,
                                                    const store::Reader& reader, Id after, std::size_t count) {
  const Key from = Key().id(after);
  const std::string next = from.bytes() + '\0';
  return table.list(reader, Key(), count, next);
}

void change_pending(store::Writer& writer, std::int64_t effects_change, std::int64_t timers_change) {
  Pending counts = count_pending(writer);
  counts.effects += static_cast<std::uint64_t>(effects_change);
  counts.timers += static_cast<std::uint64_t>(timers_change);
  pending().put(writer, pending_key(), counts);
}

}  // namespace

void add_effect(store::Writer& writer, EffectId id, const EventContext& context, const v1::EffectRequested& event) {
  effects().put(writer, Key().id(id), record_of(context, 2, event));
  change_pending(writer, 1, 0);
}

void remove_effect(store::Writer& writer, EffectId id) {
  if (!effects().has(writer, Key().id(id))) return;
  effects().erase(writer, Key().id(id));
  change_pending(writer, -1, 0);
}

std::optional<Effect> find_effect(const store::Reader& reader, EffectId id) {
  const auto record = effects().get(reader, Key().id(id));
  if (!record) return std::nullopt;
  return to_effect(*record);
}

std::vector<Effect> list_effects(const store::Reader& reader, EffectId after, std::size_t count) {
  std::vector<Effect> found;
  for (const auto& row : rows_after(effects(), reader, after, count)) found.push_back(to_effect(row.row));
  return found;
}

void add_timer(store::Writer& writer, TimerId id, const EventContext& context, const v1::TimerSet& event) {
  timers().put(writer, Key().id(id), record_of(context, 4, event));
  writer.put(due_key({from_proto_time(event.due()), id}), {});
  change_pending(writer, 0, 1);
}

void remove_timer(store::Writer& writer, TimerId id) {
  const auto timer = find_timer(writer, id);
  if (!timer) return;
  timers().erase(writer, Key().id(id));
  writer.erase(due_key({timer->due, id}));
  change_pending(writer, 0, -1);
}

std::optional<Timer> find_timer(const store::Reader& reader, TimerId id) {
  const auto record = timers().get(reader, Key().id(id));
  if (!record) return std::nullopt;
  return to_timer(*record);
}

std::vector<Timer> list_timers(const store::Reader& reader, TimerId after, std::size_t count) {
  std::vector<Timer> found;
  for (const auto& row : rows_after(timers(), reader, after, count)) found.push_back(to_timer(row.row));
  return found;
}

std::vector<DueTimer> list_due(const store::Reader& reader, DueTimer from, std::size_t count) {
  const std::string prefix = Key().u8(store::table_id::timers_by_due).bytes();
  std::vector<DueTimer> found;
  const auto scan = reader.scan({due_key(from), store::prefix_end(prefix)});
  for (; scan->valid() && found.size() < count; scan->next()) {
    const char* key = scan->key().data() + prefix.size();
    const Timestamp due{static_cast<std::int64_t>(load_u64_be(key))};
    found.push_back({due, TimerId{{load_u64_be(key + 8), load_u32_be(key + 16)}}});
  }
  return found;
}

Pending count_pending(const store::Reader& reader) {
  return pending().get(reader, pending_key()).value_or(Pending{});
}

void put_previous_hash(store::Writer& writer, const journal::Hash& hash) {
  hashes().put(writer, previous_hash_key(), hash);
}

std::optional<journal::Hash> previous_hash(const store::Reader& reader) {
  return hashes().get(reader, previous_hash_key());
}

}  // namespace florin::engine
