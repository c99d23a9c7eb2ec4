#include <algorithm>

#include "operators/limits.h"
#include "operators/operators.h"
#include "operators/roles.h"
#include "operators/sessions.h"
#include "store/table_ids.h"
#include "tenants/tenants.h"

namespace florin::operators {
namespace {

constexpr TenantId platform;
constexpr std::size_t id_size = 12;

bool is_open(const SessionRow& row, Timestamp now) {
  return now.micros < row.expire_time_us() && now < Timestamp{row.last_use_time_us()} + session_idle;
}

std::optional<SignedIn> signed_in(const store::Reader& reader, SessionName name, SessionRow row, Timestamp now) {
  auto person = find_operator(reader, name.operator_id);
  if (!person || person->disabled() || !is_open(row, now)) return std::nullopt;
  return SignedIn{name, std::move(*person), std::move(row)};
}

std::optional<tenants::v1::Tenant> find_tenant(const store::Reader& reader, const std::string& id) {
  tenants::v1::GetTenantRequest request;
  request.set_tenant_id(id);
  auto found = tenants::get_tenant(reader, platform, request);
  if (!found.ok()) return std::nullopt;
  return std::move(*found->mutable_tenant());
}

void add_access(const OperatorRow& row, const tenants::v1::Tenant& tenant, v1::GetCurrentOperatorResponse& response) {
  const auto id = TenantId::parse(tenant.id()).value_or(platform);
  const auto role = role_at(row, id);
  if (role == v1::OPERATOR_ROLE_UNSPECIFIED) return;
  auto& access = *response.add_access();
  access.set_tenant_id(tenant.id());
  access.set_tenant_name(tenant.name());
  access.set_environment(tenant.environment());
  access.set_role(role);
  const auto permissions = permissions_of(role, id.empty());
  for (const auto name : tenants::permission_names) {
    if (permissions.has(tenants::permission_from_name(name).value())) access.add_permissions(std::string(name));
  }
}

}  // namespace

std::string place_name(const store::Reader& reader, const std::string& tenant_id) {
  if (tenant_id.empty()) return "Platform";
  const auto tenant = find_tenant(reader, tenant_id);
  return tenant ? tenant->name() : tenant_id;
}

std::optional<SignedIn> find_session(const store::Reader& reader, std::string_view secret_sha256, Timestamp now) {
  // The index is read by prefix: less than a whole hash would find a session that it does not name.
  if (secret_sha256.size() != 32) return std::nullopt;
  auto rows = session_table().list_by(reader, store::table_id::sessions_by_secret, store::Key().raw(secret_sha256), 1);
  if (rows.empty()) return std::nullopt;
  // The index key: hash, operator id, session id.
  const SessionName name{id_at_end<OperatorTag>(rows.front().key, id_size), id_at_end<SessionTag>(rows.front().key)};
  return signed_in(reader, name, std::move(rows.front().row), now);
}

std::optional<SignedIn> find_session(const store::Reader& reader, const SessionName& name, Timestamp now) {
  auto row = session_table().get(reader, session_key(name.operator_id, name.session_id));
  if (!row) return std::nullopt;
  return signed_in(reader, name, std::move(*row), now);
}

bool is_use_due(const SessionRow& session, Timestamp now) {
  return Timestamp{session.last_use_time_us()} + session_use_interval <= now;
}

v1::GetCurrentOperatorResponse get_current_operator(const store::Reader& reader, const SignedIn& caller) {
  v1::GetCurrentOperatorResponse response;
  *response.mutable_operator_() = to_operator(caller.name.operator_id, caller.operator_row, platform);
  *response.mutable_session() = to_session({caller.name.session_id, caller.session_row});
  response.mutable_session()->set_current(true);
  if (role_at(caller.operator_row, platform) == v1::OPERATOR_ROLE_UNSPECIFIED) {
    for (const auto& grant : caller.operator_row.grants()) {
      const auto tenant = find_tenant(reader, grant.tenant_id());
      if (tenant) add_access(caller.operator_row, *tenant, response);
    }
    return response;
  }
  tenants::v1::Tenant of_platform;
  of_platform.set_name(place_name(reader, {}));
  add_access(caller.operator_row, of_platform, response);
  tenants::v1::ListTenantsRequest all;
  all.set_page_size(static_cast<int>(access_max));
  const auto listed = tenants::list_tenants(reader, all);
  CHECK(listed.ok(), "{}", listed.error().to_string());
  for (const auto& tenant : listed->tenants()) add_access(caller.operator_row, tenant, response);
  return response;
}

v1::ListSessionsResponse list_sessions(const store::Reader& reader, const SessionName& caller, Timestamp now) {
  v1::ListSessionsResponse response;
  auto sessions = sessions_of(reader, caller.operator_id);
  std::ranges::reverse(sessions);
  for (const auto& session : sessions) {
    if (!is_open(session.row, now)) continue;
    auto& shown = *response.add_sessions();
    shown = to_session(session);
    shown.set_current(session.id == caller.session_id);
  }
  return response;
}

Result<v1::ListOperatorsResponse> list_operators(const store::Reader& reader, TenantId tenant,
                                                 const v1::ListOperatorsRequest& request) {
  const std::size_t page =
      request.page_size() > 0 ? static_cast<std::size_t>(request.page_size()) : operators_page_default;
  store::Key prefix;
  if (!tenant.empty()) prefix.id(tenant);
  std::string from;
  if (!request.page_token().empty()) {
    const auto id = parse_base64url(request.page_token());
    if (!id || id->size() != id_size) {
      return invalid_argument("page_token_invalid", "Pass next_page_token as it came.")
          .with_violation("page_token", "must be a next_page_token of this list");
    }
    from = prefix.bytes() + *id;
  }
  // The index's key is the tenant's id and the operator's.
  auto rows = tenant.empty()
                  ? operator_table().list(reader, prefix, page + 1, from)
                  : operator_table().list_by(reader, store::table_id::operators_by_tenant, prefix, page + 1, from);
  v1::ListOperatorsResponse response;
  if (rows.size() > page) {
    response.set_next_page_token(base64url(std::string_view(rows.back().key).substr(rows.back().key.size() - id_size)));
    rows.pop_back();
  }
  for (const auto& [key, row] : rows) {
    *response.add_operators() = to_operator(id_at_end<OperatorTag>(key), row, tenant);
  }
  return response;
}

std::optional<v1::Operator> find_visible_operator(const store::Reader& reader, TenantId tenant,
                                                  std::string_view operator_id) {
  const auto id = OperatorId::parse(operator_id);
  const auto row = id ? find_operator(reader, *id) : std::nullopt;
  if (!row) return std::nullopt;
  if (!tenant.empty() && grant_at(*row, tenant) == v1::OPERATOR_ROLE_UNSPECIFIED) return std::nullopt;
  return to_operator(*id, *row, tenant);
}

}  // namespace florin::operators
