// The model domain: named counters that must not fall below zero, whose total the state keeps too. Small enough that a
// test can predict everything, and it uses all that the engine offers: indexes, effects, timers, verification.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/time.h"
#include "engine/command.h"
#include "engine/registry.h"
#include "store/reader.h"

namespace florin::engine::model {

// Declares the model's events, effects ("testing.ask"), timers ("testing.change") and its check for verify.
void add_to(Registry& registry);

// Adds `amount` and answers a serialized ChangeResponse. Refuses (counter_negative) what would end below zero.
Decide change(std::string counter, std::int64_t amount, std::string note = {});
// Removes the counter. Refuses (counter_not_found) if there is none.
Decide remove(std::string counter);
// Requests an effect for the counter; the answer is noted as an event and its length added to the counter.
Decide ask(std::string counter, std::string question);
// Sets a timer that adds `amount`, if it may. Answers the timer's id.
Decide change_later(std::string counter, std::int64_t amount, Timestamp due);
Decide cancel(TimerId timer);

// Nothing if there is no such counter of this tenant.
std::optional<std::int64_t> value(const store::Reader& reader, TenantId tenant, const std::string& counter);
std::map<std::string, std::int64_t> values(const store::Reader& reader, TenantId tenant);
// What a ChangeResponse says.
std::int64_t parse_value(const std::string& response);

// The id of the nth tenant, n > 0.
TenantId tenant(std::uint32_t n);
// The context of an ordinary command of tenant n.
CommandContext context(std::uint32_t n = 1);
// The same under an idempotency key, for a ChangeRequest.
CommandContext keyed_context(std::string key, const std::string& counter, std::int64_t amount, std::uint32_t n = 1);

}  // namespace florin::engine::model
