// The tables of this room, and how their rows look to callers. Only the apply functions of state.cc write them.
//
// Operators, sessions and failures belong to the platform: their keys hold no tenant. Actions are filed under the
// tenant they were done at.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/registry.h"
#include "florin/operators/state/v1/state.pb.h"
#include "operators/ids.h"
#include "store/table.h"

namespace florin::operators {

using state::v1::ActionRow;
using state::v1::OperatorRow;
using state::v1::SessionRow;
using state::v1::SignInFailuresRow;

// By operator id; indexes by address, by the open invitation's hash, and by tenant for each grant.
const store::Table<OperatorRow>& operator_table();
// By operator id and session id; index by the secret's hash.
const store::Table<SessionRow>& session_table();
// By the address's hash; index by time.
const store::Table<SignInFailuresRow>& failures_table();
// By tenant id and position; indexes by operator and by resource, each within its tenant.
const store::Table<ActionRow>& action_table();

store::Key operator_key(OperatorId id);
store::Key session_key(OperatorId id, SessionId session);

// Reads the id that ends `key`, or that ends `before` bytes before its end.
template <class Tag>
Id<Tag> id_at_end(std::string_view key, std::size_t before = 0) {
  constexpr std::size_t size = 12;
  CHECK(key.size() >= size + before);
  const auto* bytes = key.data() + key.size() - size - before;
  return Id<Tag>{{load_u64_be(bytes), load_u32_be(bytes + sizeof(std::uint64_t))}};
}

std::optional<OperatorRow> find_operator(const store::Reader& reader, OperatorId id);

struct FoundOperator {
  OperatorId id;
  OperatorRow row;
};
// `email` as normalized_email gives it.
std::optional<FoundOperator> find_operator_by_email(const store::Reader& reader, std::string_view email);
// The operator whose link has this hash, run out or not.
std::optional<FoundOperator> find_operator_by_invitation(const store::Reader& reader, std::string_view sha256);

struct KeyedSession {
  SessionId id;
  SessionRow row;
};
// Oldest first.
std::vector<KeyedSession> sessions_of(const store::Reader& reader, OperatorId id);

v1::OperatorStatus status_of(const OperatorRow& row);
// The role that was given at exactly this tenant (empty for the platform).
v1::OperatorRole grant_at(const OperatorRow& row, TenantId tenant);

// What a caller at `viewer` (empty for the platform) sees of the operator.
v1::Operator to_operator(OperatorId id, const OperatorRow& row, TenantId viewer);
v1::Session to_session(const KeyedSession& session);

}  // namespace florin::operators
