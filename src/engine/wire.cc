#include "engine/wire.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstring>

#include "base/encoding.h"

namespace florin::engine {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr std::size_t tenant_size = 12;

// Protobuf's tag of a field that has a length, and of a varint.
constexpr std::uint8_t bytes_tag(int field) {
  return static_cast<std::uint8_t>(field << 3 | 2);
}
constexpr std::uint8_t varint_tag(int field) {
  return static_cast<std::uint8_t>(field << 3);
}

void put_varint(std::string& out, std::uint64_t value) {
  std::uint8_t buffer[10];
  const std::uint8_t* end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(end - buffer));
}

std::size_t varint_size(std::uint64_t value) {
  return CodedOutputStream::VarintSize64(value);
}

void put_bytes(std::string& out, int field, std::string_view value) {
  if (value.empty()) return;
  put_u8(out, bytes_tag(field));
  put_varint(out, value.size());
  out += value;
}

std::size_t bytes_size(std::string_view value) {
  return value.empty() ? 0 : 1 + varint_size(value.size()) + value.size();
}

// Everything of an event's element but the payload, whose length it announces.
void put_event_start(std::string& out, std::uint32_t type, std::string_view subject, std::size_t payload_size) {
  const std::size_t payload_field = payload_size == 0 ? 0 : 1 + varint_size(payload_size) + payload_size;
  put_u8(out, bytes_tag(journal::v1::CommandRecord::kEventsFieldNumber));
  put_varint(out, 1 + varint_size(type) + bytes_size(subject) + payload_field);
  put_u8(out, varint_tag(journal::v1::EventRecord::kTypeFieldNumber));
  put_varint(out, type);
  put_bytes(out, journal::v1::EventRecord::kSubjectFieldNumber, subject);
  if (payload_size == 0) return;
  put_u8(out, bytes_tag(journal::v1::EventRecord::kPayloadFieldNumber));
  put_varint(out, payload_size);
}

template <std::size_t n>
std::string_view bytes_of(const std::array<std::uint8_t, n>& array) {
  return {reinterpret_cast<const char*>(array.data()), n};
}

// Absent means zeros. False if the length is wrong.
template <std::size_t n>
bool read_array(std::string_view bytes, std::array<std::uint8_t, n>& out) {
  if (bytes.empty()) return true;
  if (bytes.size() != n) return false;
  std::memcpy(out.data(), bytes.data(), n);
  return true;
}

}  // namespace

std::string tenant_bytes(TenantId tenant) {
  std::string bytes;
  if (tenant.empty()) return bytes;
  put_u64_be(bytes, tenant.position.partition_and_sequence);
  put_u32_be(bytes, tenant.position.index);
  return bytes;
}

std::optional<TenantId> parse_tenant(std::string_view bytes) {
  if (bytes.empty()) return TenantId{};
  if (bytes.size() != tenant_size) return std::nullopt;
  return TenantId{{load_u64_be(bytes.data()), load_u32_be(bytes.data() + 8)}};
}

void set_proto_time(Timestamp time, google::protobuf::Timestamp* out) {
  constexpr std::int64_t second = 1'000'000;
  std::int64_t seconds = time.micros / second;
  std::int64_t micros = time.micros % second;
  if (micros < 0) {
    micros += second;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(micros * 1'000));
}

Timestamp from_proto_time(const google::protobuf::Timestamp& time) {
  return {time.seconds() * 1'000'000 + time.nanos() / 1'000};
}

std::string encode_command_head(const EventContext& context) {
  using journal::v1::CommandRecord;
  std::string out;
  out.reserve(64 + context.actor.id.size() + context.command.size());
  put_bytes(out, CommandRecord::kTenantFieldNumber, tenant_bytes(context.tenant));
  put_u8(out, varint_tag(CommandRecord::kActorKindFieldNumber));
  put_varint(out, static_cast<std::uint64_t>(context.actor.kind));
  put_bytes(out, CommandRecord::kActorFieldNumber, context.actor.id);
  if (context.trace != TraceContext{}) {
    put_bytes(out, CommandRecord::kTraceIdFieldNumber, bytes_of(context.trace.trace_id));
    put_bytes(out, CommandRecord::kSpanIdFieldNumber, bytes_of(context.trace.span_id));
  }
  put_bytes(out, CommandRecord::kNameFieldNumber, context.command);
  return out;
}

std::size_t append_event(std::string& out, std::uint32_t type, std::string_view subject,
                         const google::protobuf::Message& event) {
  const std::size_t size = event.ByteSizeLong();
  put_event_start(out, type, subject, size);
  const std::size_t start = out.size();
  out.resize(start + size);
  event.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.data() + start));
  return start;
}

void append_event_bytes(std::string& out, std::uint32_t type, std::string_view subject, std::string_view payload) {
  put_event_start(out, type, subject, payload.size());
  out += payload;
}

void append_command(std::string& out, std::string_view head, std::string_view events) {
  put_u8(out, bytes_tag(journal::v1::EntryBody::kCommandsFieldNumber));
  put_varint(out, head.size() + events.size());
  out += head;
  out += events;
}

void append_write_digest(std::string& out, std::string_view digest) {
  put_bytes(out, journal::v1::EntryBody::kWriteDigestFieldNumber, digest);
}

std::optional<EventContext> decode_command_head(const journal::v1::CommandRecord& record) {
  EventContext context;
  const auto tenant = parse_tenant(record.tenant());
  if (!tenant || !read_array(record.trace_id(), context.trace.trace_id) ||
      !read_array(record.span_id(), context.trace.span_id)) {
    return std::nullopt;
  }
  context.tenant = *tenant;
  context.actor = {record.actor_kind(), record.actor()};
  context.command = record.name();
  return context;
}

}  // namespace florin::engine
