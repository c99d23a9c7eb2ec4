// Idempotency records: what was answered under a key, kept in state with what the call did. Scope: tenant and method.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/command.h"
#include "engine/limits.h"
#include "engine/registry.h"
#include "florin/engine/v1/events.pb.h"
#include "store/reader.h"

namespace florin::engine {

struct IdempotencyScope {
  TenantId tenant;
  std::string method;
  std::string key;
};

// What a record says of the call that made it.
struct IdempotencyRecord {
  std::uint64_t sequence = 0;  // the entry that holds the call
  Timestamp expires;
  std::string fingerprint;  // SHA-256 of the request
  std::string response;
  std::string request;  // empty if it was longer than Limits::idempotency_request_max
};

// `invalid_argument` (idempotency_key_invalid) unless the key is 1 to 255 visible ASCII characters.
Status check_idempotency_key(const IdempotencyKey& key);

std::optional<IdempotencyRecord> find_idempotency_record(const store::Reader& reader, const IdempotencyScope& scope);

// The recorded answer, or `invalid_argument` (idempotency_key_reused) if the request is another one; names the first
// field that differs where it can.
Result<CommandReply> replay_answer(const IdempotencyRecord& record, const IdempotencyKey& key);

// The fact that `response` was given under `key` at `now`.
v1::IdempotencyRecorded recorded_event(const IdempotencyKey& key, std::string response, Timestamp now,
                                       const Limits& limits);

void add_idempotency_record(store::Writer& writer, const EventContext& context, const v1::IdempotencyRecorded& event);
void remove_idempotency_record(store::Writer& writer, const IdempotencyScope& scope);

// The earliest expiry, if there is a record. `from` is a lower bound that saves walking over what is gone.
std::optional<Timestamp> next_idempotency_expiry(const store::Reader& reader, Timestamp from);
// Records that expire from `from` to `to` (both inclusive), the earliest first.
std::vector<IdempotencyScope> list_expired(const store::Reader& reader, Timestamp from, Timestamp to,
                                           std::size_t count);

}  // namespace florin::engine
