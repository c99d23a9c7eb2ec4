#include "engine/testing/model.h"

#include <utility>

#include "base/check.h"
#include "florin/engine/testing/v1/model.pb.h"
#include "store/table.h"

namespace florin::engine::model {
namespace {

using store::Key;
namespace v1 = testing::v1;

// The tests' own tables, beyond those of any domain.
constexpr store::TableId counters_id = 240;
constexpr store::TableId counters_by_value_id = 241;
constexpr store::TableId totals_id = 242;

struct CounterRow {
  std::int64_t value = 0;
  std::uint64_t changes = 0;
};

const store::Table<CounterRow>& counters() {
  static const store::Table<CounterRow> table{
      {counters_id, "counters"},
      {{counters_by_value_id, [](std::string_view key, const CounterRow& row, store::IndexKeys& keys) {
          keys.add(Key().raw(key.substr(0, 12)).u64(static_cast<std::uint64_t>(row.value)));
        }}}};
  return table;
}

const store::Table<CounterRow>& totals() {
  static const store::Table<CounterRow> table{{totals_id, "totals"}};
  return table;
}

Key counter_key(TenantId tenant, const std::string& counter) {
  return Key().id(tenant).text(counter);
}

void add_to_total(store::Writer& writer, std::int64_t amount) {
  auto row = totals().get(writer, Key()).value_or(CounterRow{});
  row.value += amount;
  ++row.changes;
  totals().put(writer, Key(), row);
}

void apply_changed(const EventContext& context, const v1::CounterChanged& event, store::Writer& writer) noexcept {
  const Key key = counter_key(context.tenant, event.counter());
  auto row = counters().get(writer, key).value_or(CounterRow{});
  row.value += event.amount();
  ++row.changes;
  counters().put(writer, key, row);
  add_to_total(writer, event.amount());
}

void apply_removed(const EventContext& context, const v1::CounterRemoved& event, store::Writer& writer) noexcept {
  const Key key = counter_key(context.tenant, event.counter());
  add_to_total(writer, -counters().get(writer, key).value_or(CounterRow{}).value);
  counters().erase(writer, key);
}

void apply_answer(const EventContext&, const v1::AnswerNoted&, store::Writer&) noexcept {}

void emit_change(Work& work, const std::string& counter, std::int64_t amount, const std::string& note = {}) {
  v1::CounterChanged event;
  event.set_counter(counter);
  event.set_amount(amount);
  event.set_note(note);
  work.emit(counter, event);
}

void on_answer(Work& work, const Effect& effect, const EffectResult& result) {
  v1::AnswerNoted event;
  event.set_counter(effect.subject);
  event.set_answer(result.reply);
  work.emit(effect.subject, event);
  emit_change(work, effect.subject, static_cast<std::int64_t>(result.reply.size()));
}

void on_due(Work& work, const Timer& timer) {
  const std::int64_t amount = std::stoll(timer.payload);
  const auto now = value(work.state(), timer.tenant, timer.subject).value_or(0);
  if (now + amount >= 0) emit_change(work, timer.subject, amount, "timer");
}

Status check_total(const store::Reader& reader) {
  std::int64_t sum = 0;
  for (const auto& row : counters().list(reader, Key(), SIZE_MAX)) sum += row.row.value;
  if (sum == totals().get(reader, Key()).value_or(CounterRow{}).value) return ok();
  return data_loss("total_wrong", "The counters do not add up to the total.");
}

}  // namespace

void add_to(Registry& registry) {
  registry.on_event<v1::CounterChanged>(apply_changed);
  registry.on_event<v1::CounterRemoved>(apply_removed);
  registry.on_event<v1::AnswerNoted>(apply_answer);
  registry.on_effect("testing.ask", on_answer);
  registry.on_timer("testing.change", on_due);
  registry.on_verify("testing.total", check_total);
}

Decide change(std::string counter, std::int64_t amount, std::string note) {
  return [=](Work& work) -> Result<std::string> {
    const std::int64_t now = value(work.state(), work.tenant(), counter).value_or(0);
    if (now + amount < 0) return failed_precondition("counter_negative", "The counter would fall below zero.");
    emit_change(work, counter, amount, note);
    v1::ChangeResponse response;
    response.set_value(now + amount);
    return response.SerializeAsString();
  };
}

Decide remove(std::string counter) {
  return [=](Work& work) -> Result<std::string> {
    if (!value(work.state(), work.tenant(), counter)) return not_found("counter_not_found", "No such counter.");
    v1::CounterRemoved event;
    event.set_counter(counter);
    work.emit(counter, event);
    return std::string();
  };
}

Decide ask(std::string counter, std::string question) {
  return [=](Work& work) -> Result<std::string> {
    emit_change(work, counter, 0, "asked");
    const auto id = work.request_effect(
        {.kind = "testing.ask", .provider = "testing/default", .subject = counter, .payload = question});
    return id.to_string();
  };
}

Decide change_later(std::string counter, std::int64_t amount, Timestamp due) {
  return [=](Work& work) -> Result<std::string> {
    return work.set_timer({"testing.change", counter, due, std::to_string(amount)}).to_string();
  };
}

Decide cancel(TimerId timer) {
  return [=](Work& work) -> Result<std::string> {
    work.cancel_timer(timer);
    return std::string();
  };
}

std::optional<std::int64_t> value(const store::Reader& reader, TenantId tenant, const std::string& counter) {
  const auto row = counters().get(reader, counter_key(tenant, counter));
  if (!row) return std::nullopt;
  return row->value;
}

std::map<std::string, std::int64_t> values(const store::Reader& reader, TenantId tenant) {
  std::map<std::string, std::int64_t> all;
  for (const auto& row : counters().list(reader, Key().id(tenant), SIZE_MAX)) {
    all[row.key.substr(12, row.key.size() - 13)] = row.row.value;
  }
  return all;
}

std::int64_t parse_value(const std::string& response) {
  v1::ChangeResponse parsed;
  CHECK(parsed.ParseFromString(response));
  return parsed.value();
}

TenantId tenant(std::uint32_t n) {
  return {Position::of(1, 1, n)};
}

CommandContext context(std::uint32_t n) {
  CommandContext made;
  made.tenant = tenant(n);
  made.actor = {journal::v1::ACTOR_KIND_API_KEY, "key_test"};
  made.trace.trace_id[0] = 7;
  made.trace.span_id[0] = 9;
  made.name = "florin.engine.testing.v1.CounterService/Change";
  return made;
}

CommandContext keyed_context(std::string key, const std::string& counter, std::int64_t amount, std::uint32_t n) {
  auto made = context(n);
  v1::ChangeRequest request;
  request.set_counter(counter);
  request.mutable_change()->set_amount(amount);
  made.idempotency = IdempotencyKey{made.name, std::move(key), request.SerializeAsString()};
  return made;
}

}  // namespace florin::engine::model
