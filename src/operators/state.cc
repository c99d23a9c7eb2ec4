#include "operators/state.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>

#include "contracts/convert.h"
#include "operators/limits.h"
#include "operators/operators.h"
#include "store/table_ids.h"

namespace florin::operators {
namespace {

namespace table_id = store::table_id;
using engine::EventContext;

constexpr std::size_t sha256_size = 32;
// Forgotten failures are cleared by those that come after them, so that their number stays bounded without a timer.
constexpr std::size_t failures_cleared_at_once = 2;

// Events hold ids that this room wrote itself.
template <class Tag>
Id<Tag> parse_own(std::string_view text) {
  const auto id = Id<Tag>::parse(text);
  CHECK(id, "an event names {}", text);
  return *id;
}

TenantId tenant_named(const std::string& text) {
  return text.empty() ? TenantId{} : parse_own<TenantTag>(text);
}

OperatorRow load(const store::Reader& reader, std::string_view operator_id) {
  auto row = find_operator(reader, parse_own<OperatorTag>(operator_id));
  CHECK(row, "an event is about {}, who is not there", operator_id);
  return std::move(*row);
}

void save(store::Writer& writer, std::string_view operator_id, const OperatorRow& row) {
  operator_table().put(writer, operator_key(parse_own<OperatorTag>(operator_id)), row);
}

void apply_invited(const EventContext& context, const v1::OperatorInvited& event, store::Writer& writer) noexcept {
  auto row = find_operator(writer, parse_own<OperatorTag>(event.operator_id())).value_or(OperatorRow());
  if (row.create_time_us() == 0) {
    row.set_create_time_us(context.time.micros);
    row.set_email(event.email());
  }
  row.set_invitation_sha256(event.secret_sha256());
  row.set_invitation_expire_time_us(contracts::from_message(event.expire_time()).micros);
  save(writer, event.operator_id(), row);
}

void apply_role_set(const EventContext&, const v1::OperatorRoleSet& event, store::Writer& writer) noexcept {
  OperatorRow row = load(writer, event.operator_id());
  auto& grants = *row.mutable_grants();
  const auto there = std::ranges::find(grants, event.tenant_id(), &v1::OperatorGrant::tenant_id);
  if (event.role() == v1::OPERATOR_ROLE_UNSPECIFIED) {
    if (there != grants.end()) grants.erase(there);
  } else if (there != grants.end()) {
    there->set_role(event.role());
  } else {
    auto& grant = *grants.Add();
    grant.set_tenant_id(event.tenant_id());
    grant.set_role(event.role());
  }
  save(writer, event.operator_id(), row);
}

void apply_redeemed(const EventContext&, const v1::InvitationRedeemed& event, store::Writer& writer) noexcept {
  OperatorRow row = load(writer, event.operator_id());
  row.set_email(event.email());
  row.set_name(event.name());
  row.clear_invitation_sha256();
  row.clear_invitation_expire_time_us();
  save(writer, event.operator_id(), row);
}

void apply_credential_set(const EventContext&, const v1::CredentialSet& event, store::Writer& writer) noexcept {
  OperatorRow row = load(writer, event.operator_id());
  if (event.credential().has_password()) *row.mutable_password() = event.credential().password();
  save(writer, event.operator_id(), row);
}

void apply_disabled_set(const EventContext&, const v1::OperatorDisabledSet& event, store::Writer& writer) noexcept {
  OperatorRow row = load(writer, event.operator_id());
  row.set_disabled(event.disabled());
  if (event.disabled()) {
    row.clear_invitation_sha256();
    row.clear_invitation_expire_time_us();
  }
  save(writer, event.operator_id(), row);
}

void apply_session_started(const EventContext& context, const v1::SessionStarted& event,
                           store::Writer& writer) noexcept {
  OperatorRow row = load(writer, event.operator_id());
  row.set_last_sign_in_time_us(context.time.micros);
  save(writer, event.operator_id(), row);
  failures_table().erase(writer, store::Key().raw(hash_secret(row.email())));
  SessionRow session;
  session.set_secret_sha256(event.secret_sha256());
  session.set_create_time_us(context.time.micros);
  session.set_last_use_time_us(context.time.micros);
  session.set_expire_time_us(contracts::from_message(event.expire_time()).micros);
  session.set_user_agent(event.user_agent());
  session_table().put(
      writer, session_key(parse_own<OperatorTag>(event.operator_id()), parse_own<SessionTag>(event.session_id())),
      session);
}

void apply_session_used(const EventContext& context, const v1::SessionUsed& event, store::Writer& writer) noexcept {
  const auto key = session_key(parse_own<OperatorTag>(event.operator_id()), parse_own<SessionTag>(event.session_id()));
  auto row = session_table().get(writer, key);
  CHECK(row, "a session was used that is not there");
  row->set_last_use_time_us(context.time.micros);
  session_table().put(writer, key, *row);
}

void apply_session_ended(const EventContext&, const v1::SessionEnded& event, store::Writer& writer) noexcept {
  session_table().erase(
      writer, session_key(parse_own<OperatorTag>(event.operator_id()), parse_own<SessionTag>(event.session_id())));
}

void apply_sign_in_failed(const EventContext& context, const v1::SignInFailed& event, store::Writer& writer) noexcept {
  const std::int64_t forgotten_before = (context.time - failures_life).micros;
  for (const auto& old :
       failures_table().list_by(writer, table_id::sign_in_failures_by_time, {}, failures_cleared_at_once)) {
    if (old.row.last_time_us() >= forgotten_before) break;
    failures_table().erase(writer, store::Key().raw(std::string_view(old.key).substr(old.key.size() - sha256_size)));
  }
  SignInFailuresRow row;
  row.set_failures(event.failures());
  row.set_last_time_us(context.time.micros);
  failures_table().put(writer, store::Key().raw(event.email_sha256()), row);
}

void apply_action_recorded(const EventContext& context, const v1::ActionRecorded& event,
                           store::Writer& writer) noexcept {
  ActionRow row;
  *row.mutable_action() = event;
  row.set_time_us(context.time.micros);
  row.set_trace_id(std::string(context.trace.trace_id.begin(), context.trace.trace_id.end()));
  action_table().put(writer, store::Key().id(context.tenant).position(context.position), row);
}

void index_grants(std::string_view, const OperatorRow& row, store::IndexKeys& keys) {
  for (const auto& grant : row.grants()) keys.add(store::Key().id(tenant_named(grant.tenant_id())));
}

// The primary key begins with the tenant.
store::Key tenant_of_action(std::string_view primary_key) {
  return store::Key().raw(primary_key.substr(0, primary_key.size() / 2));
}

google::protobuf::Timestamp to_message(std::int64_t micros) {
  return contracts::to_message(Timestamp{micros});
}

}  // namespace

const store::Table<OperatorRow>& operator_table() {
  static const store::Table<OperatorRow> table({table_id::operators, "operators"},
                                               {{table_id::operators_by_email,
                                                 [](std::string_view, const OperatorRow& row, store::IndexKeys& keys) {
                                                   if (!row.email().empty()) keys.add(store::Key().text(row.email()));
                                                 }},
                                                {table_id::operators_by_invitation,
                                                 [](std::string_view, const OperatorRow& row, store::IndexKeys& keys) {
                                                   if (!row.invitation_sha256().empty())
                                                     keys.add(store::Key().raw(row.invitation_sha256()));
                                                 }},
                                                {table_id::operators_by_tenant, &index_grants}});
  return table;
}

const store::Table<SessionRow>& session_table() {
  static const store::Table<SessionRow> table(
      {table_id::sessions, "sessions"},
      {{table_id::sessions_by_secret, [](std::string_view, const SessionRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().raw(row.secret_sha256()));
        }}});
  return table;
}

const store::Table<SignInFailuresRow>& failures_table() {
  static const store::Table<SignInFailuresRow> table(
      {table_id::sign_in_failures, "sign_in_failures"},
      {{table_id::sign_in_failures_by_time, [](std::string_view, const SignInFailuresRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().time(Timestamp{row.last_time_us()}));
        }}});
  return table;
}

const store::Table<ActionRow>& action_table() {
  static const store::Table<ActionRow> table(
      {table_id::operator_actions, "operator_actions"},
      {{table_id::operator_actions_by_operator,
        [](std::string_view key, const ActionRow& row, store::IndexKeys& keys) {
          keys.add(tenant_of_action(key).text(row.action().operator_id()));
        }},
       {table_id::operator_actions_by_resource, [](std::string_view key, const ActionRow& row, store::IndexKeys& keys) {
          if (!row.action().resource_id().empty()) keys.add(tenant_of_action(key).text(row.action().resource_id()));
        }}});
  return table;
}

store::Key operator_key(OperatorId id) {
  return store::Key().id(id);
}

store::Key session_key(OperatorId id, SessionId session) {
  return store::Key().id(id).id(session);
}

std::optional<OperatorRow> find_operator(const store::Reader& reader, OperatorId id) {
  return operator_table().get(reader, operator_key(id));
}

std::optional<FoundOperator> find_operator_by_email(const store::Reader& reader, std::string_view email) {
  // No address holds a zero byte, and a key of text must not.
  if (email.empty() || email.find('\0') != std::string_view::npos) return std::nullopt;
  auto rows = operator_table().list_by(reader, table_id::operators_by_email, store::Key().text(email), 1);
  if (rows.empty()) return std::nullopt;
  return FoundOperator{id_at_end<OperatorTag>(rows.front().key), std::move(rows.front().row)};
}

std::optional<FoundOperator> find_operator_by_invitation(const store::Reader& reader, std::string_view sha256) {
  // The index is read by prefix: less than a whole hash would find a link that it does not name.
  if (sha256.size() != sha256_size) return std::nullopt;
  auto rows = operator_table().list_by(reader, table_id::operators_by_invitation, store::Key().raw(sha256), 1);
  if (rows.empty()) return std::nullopt;
  return FoundOperator{id_at_end<OperatorTag>(rows.front().key), std::move(rows.front().row)};
}

std::vector<KeyedSession> sessions_of(const store::Reader& reader, OperatorId id) {
  std::vector<KeyedSession> sessions;
  for (auto& [key, row] : session_table().list(reader, operator_key(id), sessions_max + 1)) {
    sessions.push_back({id_at_end<SessionTag>(key), std::move(row)});
  }
  return sessions;
}

v1::OperatorStatus status_of(const OperatorRow& row) {
  if (row.disabled()) return v1::OPERATOR_STATUS_DISABLED;
  return row.has_password() ? v1::OPERATOR_STATUS_ACTIVE : v1::OPERATOR_STATUS_INVITED;
}

v1::OperatorRole grant_at(const OperatorRow& row, TenantId tenant) {
  const std::string name = tenant.empty() ? std::string() : tenant.to_string();
  const auto found = std::ranges::find(row.grants(), name, &v1::OperatorGrant::tenant_id);
  return found == row.grants().end() ? v1::OPERATOR_ROLE_UNSPECIFIED : found->role();
}

v1::Operator to_operator(OperatorId id, const OperatorRow& row, TenantId viewer) {
  v1::Operator shown;
  shown.set_id(id.to_string());
  shown.set_email(row.email());
  shown.set_name(row.name());
  shown.set_status(status_of(row));
  for (const auto& grant : row.grants()) {
    const bool visible = viewer.empty() || grant.tenant_id().empty() || grant.tenant_id() == viewer.to_string();
    if (visible) *shown.add_grants() = grant;
  }
  *shown.mutable_create_time() = to_message(row.create_time_us());
  if (row.last_sign_in_time_us() != 0) *shown.mutable_last_sign_in_time() = to_message(row.last_sign_in_time_us());
  if (row.invitation_expire_time_us() != 0) {
    *shown.mutable_invitation_expire_time() = to_message(row.invitation_expire_time_us());
  }
  return shown;
}

v1::Session to_session(const KeyedSession& session) {
  v1::Session shown;
  shown.set_id(session.id.to_string());
  *shown.mutable_create_time() = to_message(session.row.create_time_us());
  *shown.mutable_last_use_time() = to_message(session.row.last_use_time_us());
  *shown.mutable_expire_time() = to_message(session.row.expire_time_us());
  shown.mutable_idle_timeout()->set_seconds(session_idle.to_seconds());
  shown.set_user_agent(session.row.user_agent());
  return shown;
}

void register_operators(engine::Registry& registry) {
  registry.on_event<v1::OperatorInvited>(&apply_invited);
  registry.on_event<v1::OperatorRoleSet>(&apply_role_set);
  registry.on_event<v1::InvitationRedeemed>(&apply_redeemed);
  registry.on_event<v1::CredentialSet>(&apply_credential_set);
  registry.on_event<v1::OperatorDisabledSet>(&apply_disabled_set);
  registry.on_event<v1::SessionStarted>(&apply_session_started);
  registry.on_event<v1::SessionUsed>(&apply_session_used, engine::Timeline::skip);
  registry.on_event<v1::SessionEnded>(&apply_session_ended);
  registry.on_event<v1::SignInFailed>(&apply_sign_in_failed);
  registry.on_event<v1::ActionRecorded>(&apply_action_recorded);
  registry.on_timer(std::string(session_timer), &handle_session_timer);
}

}  // namespace florin::operators
