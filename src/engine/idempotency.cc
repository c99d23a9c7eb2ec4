#include "engine/idempotency.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "engine/request_difference.h"
#include "engine/wire.h"
#include "store/key.h"
#include "store/table_ids.h"

namespace florin::engine {
namespace {

using store::Key;

constexpr std::size_t key_length_max = 255;
constexpr std::size_t fingerprint_size = 32;
constexpr std::size_t fixed_size = 8 + 8 + fingerprint_size + 4;

std::string row_key(const IdempotencyScope& scope) {
  return Key().u8(store::table_id::idempotency).id(scope.tenant).text(scope.method).text(scope.key).bytes();
}

// The index's key ends with the row's, without its table number.
std::string expiry_key(Timestamp expires, std::string_view row) {
  return Key().u8(store::table_id::idempotency_by_expiry).time(expires).raw(row.substr(1)).bytes();
}

std::string fingerprint_of(const IdempotencyKey& key) {
  return std::string(crypto::as_bytes(crypto::sha256(key.request)));
}

// Sequence, expiry, fingerprint, length of the response, response, request.
std::string encode(const IdempotencyRecord& record) {
  std::string row;
  row.reserve(fixed_size + record.response.size() + record.request.size());
  put_u64_be(row, record.sequence);
  put_u64_be(row, static_cast<std::uint64_t>(record.expires.micros));
  row += record.fingerprint;
  put_u32_be(row, static_cast<std::uint32_t>(record.response.size()));
  row += record.response;
  row += record.request;
  return row;
}

IdempotencyRecord decode(std::string_view row) {
  CHECK(row.size() >= fixed_size);
  const std::size_t response_size = load_u32_be(row.data() + fixed_size - 4);
  CHECK(row.size() >= fixed_size + response_size);
  return {
      .sequence = load_u64_be(row.data()),
      .expires = {static_cast<std::int64_t>(load_u64_be(row.data() + 8))},
      .fingerprint = std::string(row.substr(16, fingerprint_size)),
      .response = std::string(row.substr(fixed_size, response_size)),
      .request = std::string(row.substr(fixed_size + response_size)),
  };
}

// Reads what expiry_key wrote after the time.
IdempotencyScope scope_of(std::string_view index_key) {
  constexpr std::size_t tenant_at = 1 + 8;
  constexpr std::size_t method_at = tenant_at + 12;
  const std::size_t method_end = index_key.find('\0', method_at);
  CHECK(method_end != std::string_view::npos);
  const TenantId tenant{{load_u64_be(index_key.data() + tenant_at), load_u32_be(index_key.data() + tenant_at + 8)}};
  const std::string_view key = index_key.substr(method_end + 1);
  return {tenant, std::string(index_key.substr(method_at, method_end - method_at)),
          std::string(key.substr(0, key.size() - 1))};
}

Timestamp expiry_of(std::string_view index_key) {
  return {static_cast<std::int64_t>(load_u64_be(index_key.data() + 1))};
}

store::Range expiry_range(Timestamp from) {
  const Key table = Key().u8(store::table_id::idempotency_by_expiry);
  return {Key(table).time(from).bytes(), store::prefix_end(table.bytes())};
}

}  // namespace

Status check_idempotency_key(const IdempotencyKey& key) {
  const auto visible = [](char c) { return c >= '!' && c <= '~'; };
  if (!key.key.empty() && key.key.size() <= key_length_max && std::ranges::all_of(key.key, visible)) return ok();
  return invalid_argument("idempotency_key_invalid",
                          "The Idempotency-Key must have 1 to 255 visible ASCII characters without spaces.");
}

std::optional<IdempotencyRecord> find_idempotency_record(const store::Reader& reader, const IdempotencyScope& scope) {
  const auto row = reader.get(row_key(scope));
  if (!row) return std::nullopt;
  return decode(*row);
}

Result<CommandReply> replay_answer(const IdempotencyRecord& record, const IdempotencyKey& key) {
  if (record.fingerprint == fingerprint_of(key)) {
    return CommandReply{.response = record.response, .replayed = true, .sequence = record.sequence};
  }
  const std::string difference =
      record.request.empty() ? std::string() : describe_difference(key.method, record.request, key.request);
  std::string message = "This Idempotency-Key was used before with another request";
  message += difference.empty() ? "." : fmt::format("; the first difference is in {}.", difference);
  message += " Use a new key for a new request, or send the same request again.";
  return invalid_argument("idempotency_key_reused", std::move(message));
}

v1::IdempotencyRecorded recorded_event(const IdempotencyKey& key, std::string response, Timestamp now,
                                       const Limits& limits) {
  v1::IdempotencyRecorded event;
  event.set_method(key.method);
  event.set_key(key.key);
  event.set_fingerprint(fingerprint_of(key));
  if (key.request.size() <= limits.idempotency_request_max) event.set_request(key.request);
  event.set_response(std::move(response));
  set_proto_time(now + limits.idempotency_kept, event.mutable_expires());
  return event;
}

void add_idempotency_record(store::Writer& writer, const EventContext& context, const v1::IdempotencyRecorded& event) {
  const std::string key = row_key({context.tenant, event.method(), event.key()});
  const IdempotencyRecord record{
      .sequence = context.position.sequence(),
      .expires = from_proto_time(event.expires()),
      .fingerprint = event.fingerprint(),
      .response = event.response(),
      .request = event.request(),
  };
  CHECK(record.fingerprint.size() == fingerprint_size);
  writer.put(key, encode(record));
  writer.put(expiry_key(record.expires, key), {});
}

void remove_idempotency_record(store::Writer& writer, const IdempotencyScope& scope) {
  const std::string key = row_key(scope);
  const auto row = writer.get(key);
  if (!row) return;
  writer.erase(expiry_key(decode(*row).expires, key));
  writer.erase(key);
}

std::optional<Timestamp> next_idempotency_expiry(const store::Reader& reader, Timestamp from) {
  const auto scan = reader.scan(expiry_range(from));
  if (!scan->valid()) return std::nullopt;
  return expiry_of(scan->key());
}

std::vector<IdempotencyScope> list_expired(const store::Reader& reader, Timestamp from, Timestamp to,
                                           std::size_t count) {
  std::vector<IdempotencyScope> expired;
  const auto scan = reader.scan(expiry_range(from));
  for (; scan->valid() && expired.size() < count && expiry_of(scan->key()) <= to; scan->next()) {
    expired.push_back(scope_of(scan->key()));
  }
  return expired;
}

}  // namespace florin::engine
