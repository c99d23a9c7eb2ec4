// How commands and events stand in a journal entry's body (florin.journal.v1.EntryBody).
//
// The lane writes the body piece by piece in protobuf's wire format, so that each event is serialized once and its
// bytes serve the journal and the timeline alike. A timeline's row is the command's head followed by the one event: a
// CommandRecord again.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/time.h"
#include "engine/registry.h"
#include "florin/journal/v1/entry.pb.h"

namespace florin::engine {

// 12 bytes; none for the platform.
std::string tenant_bytes(TenantId tenant);
// Nothing unless `bytes` is what tenant_bytes gives.
std::optional<TenantId> parse_tenant(std::string_view bytes);

void set_proto_time(Timestamp time, google::protobuf::Timestamp* out);
Timestamp from_proto_time(const google::protobuf::Timestamp& time);

// A CommandRecord without its events, from what they share.
std::string encode_command_head(const EventContext& context);

// Appends `event` as an element of CommandRecord.events. Returns where in `out` its payload starts; it ends at the end.
std::size_t append_event(std::string& out, std::uint32_t type, std::string_view subject,
                         const google::protobuf::Message& event);
// The same from a payload that is serialized already.
void append_event_bytes(std::string& out, std::uint32_t type, std::string_view subject, std::string_view payload);

// Appends a CommandRecord, in two pieces, as an element of EntryBody.commands.
void append_command(std::string& out, std::string_view head, std::string_view events);

// Appends EntryBody.write_digest.
void append_write_digest(std::string& out, std::string_view digest);

// What the events of `record` share; position and subject are left for each event. Nothing if the record is not
// well-formed.
std::optional<EventContext> decode_command_head(const journal::v1::CommandRecord& record);

}  // namespace florin::engine
