#include "tenants/state.h"

#include <google/protobuf/timestamp.pb.h>

#include "florin/tenants/v1/events.pb.h"
#include "store/table_ids.h"

namespace florin::tenants {
namespace {

namespace table_id = store::table_id;

google::protobuf::Timestamp to_timestamp(std::int64_t micros) {
  google::protobuf::Timestamp time;
  time.set_seconds(micros / 1'000'000);
  time.set_nanos(static_cast<std::int32_t>(micros % 1'000'000 * 1'000));
  return time;
}

// Events hold ids that this room wrote itself.
template <class Tag>
Id<Tag> parse_own(std::string_view text) {
  const auto id = Id<Tag>::parse(text);
  CHECK(id, "an event names {}", text);
  return *id;
}

void apply_tenant_created(const engine::EventContext& context, const v1::TenantCreated& event,
                          store::Writer& writer) noexcept {
  state::v1::TenantRow row;
  row.set_name(event.name());
  row.set_environment(event.environment());
  *row.mutable_limits() = event.limits();
  row.set_create_time_us(context.time.micros);
  tenant_table().put(writer, tenant_key(parse_own<TenantTag>(event.tenant_id())), row);
}

void apply_api_key_created(const engine::EventContext& context, const v1::ApiKeyCreated& event,
                           store::Writer& writer) noexcept {
  state::v1::ApiKeyRow row;
  row.set_name(event.name());
  row.set_kind(event.kind());
  *row.mutable_permissions() = event.permissions();
  row.set_secret_sha256(event.secret_sha256());
  row.set_hint(event.hint());
  row.set_platform(event.platform());
  row.set_create_time_us(context.time.micros);
  api_key_table().put(writer, api_key_key(context.tenant, parse_own<ApiKeyTag>(event.api_key_id())), row);
}

void apply_api_key_revoked(const engine::EventContext& context, const v1::ApiKeyRevoked& event,
                           store::Writer& writer) noexcept {
  const auto key = api_key_key(context.tenant, parse_own<ApiKeyTag>(event.api_key_id()));
  auto row = api_key_table().get(writer, key);
  CHECK(row, "a key was revoked that is not there");
  row->set_revoke_time_us(context.time.micros);
  api_key_table().put(writer, key, *row);
}

}  // namespace

const TenantTable& tenant_table() {
  static const TenantTable table{{table_id::tenants, "tenants"}};
  return table;
}

const ApiKeyTable& api_key_table() {
  static const ApiKeyTable table{
      {table_id::api_keys, "api_keys"},
      {{table_id::api_keys_by_secret, [](std::string_view, const state::v1::ApiKeyRow& row, store::IndexKeys& keys) {
          keys.add(store::Key().raw(row.secret_sha256()));
        }}}};
  return table;
}

store::Key tenant_key(TenantId tenant) {
  return store::Key().id(tenant);
}
store::Key api_key_key(TenantId tenant, ApiKeyId key) {
  return store::Key().id(tenant).id(key);
}

std::optional<state::v1::TenantRow> find_tenant(const store::Reader& reader, TenantId tenant) {
  return tenant_table().get(reader, tenant_key(tenant));
}

std::optional<state::v1::ApiKeyRow> find_api_key(const store::Reader& reader, TenantId tenant, ApiKeyId key) {
  return api_key_table().get(reader, api_key_key(tenant, key));
}

bool is_active(const state::v1::ApiKeyRow& row) {
  return row.revoke_time_us() == 0;
}

PermissionSet permissions_of(const state::v1::ApiKeyRow& row) {
  PermissionSet held;
  if (row.kind() == v1::API_KEY_KIND_PUBLISHABLE) return held;
  // An old key may name a permission that is no longer in the list: it gives nothing.
  for (const auto& name : row.permissions()) held.add_name(name, row.platform());
  return held;
}

v1::Tenant to_tenant(TenantId id, const state::v1::TenantRow& row) {
  v1::Tenant tenant;
  tenant.set_id(id.to_string());
  tenant.set_name(row.name());
  tenant.set_environment(row.environment());
  *tenant.mutable_create_time() = to_timestamp(row.create_time_us());
  *tenant.mutable_limits() = row.limits();
  return tenant;
}

v1::ApiKey to_api_key(ApiKeyId id, const state::v1::ApiKeyRow& row) {
  v1::ApiKey key;
  key.set_id(id.to_string());
  key.set_name(row.name());
  key.set_kind(row.kind());
  *key.mutable_permissions() = row.permissions();
  *key.mutable_create_time() = to_timestamp(row.create_time_us());
  if (!is_active(row)) *key.mutable_revoke_time() = to_timestamp(row.revoke_time_us());
  key.set_hint(row.hint());
  return key;
}

void register_events(engine::Registry& registry) {
  registry.on_event<v1::TenantCreated>(apply_tenant_created);
  registry.on_event<v1::ApiKeyCreated>(apply_api_key_created);
  registry.on_event<v1::ApiKeyRevoked>(apply_api_key_revoked);
}

}  // namespace florin::tenants
