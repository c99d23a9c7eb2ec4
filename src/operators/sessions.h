// What the decide functions of this room share; for this room only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/work.h"
#include "operators/operators.h"

namespace florin::operators {

// Opens a session; where there are too many, the oldest ends.
KeyedSession start_session(engine::Work& work, OperatorId id, const NewSession& session);
// Ends the operator's sessions but `except`; how many.
std::uint32_t end_sessions(engine::Work& work, OperatorId id, std::optional<SessionId> except, v1::SessionEnd why);

void emit_credential_set(engine::Work& work, OperatorId id, const v1::Password& password);

// "Platform", or the tenant's name.
std::string place_name(const store::Reader& reader, const std::string& tenant_id);

}  // namespace florin::operators
