// The tables of this room, and how their rows look to callers. Only register_events' apply functions write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/check.h"
#include "base/encoding.h"
#include "florin/tenants/state/v1/state.pb.h"
#include "store/table.h"
#include "tenants/permissions.h"
#include "tenants/tenants.h"

namespace florin::tenants {

using TenantTable = store::Table<state::v1::TenantRow>;
using ApiKeyTable = store::Table<state::v1::ApiKeyRow>;

// By tenant id.
const TenantTable& tenant_table();
// By tenant id and key id; index api_keys_by_secret by the secret's hash.
const ApiKeyTable& api_key_table();

store::Key tenant_key(TenantId tenant);
store::Key api_key_key(TenantId tenant, ApiKeyId key);
// Reads the id that ends `key`.
template <class Tag>
Id<Tag> id_at_end(std::string_view key);

std::optional<state::v1::TenantRow> find_tenant(const store::Reader& reader, TenantId tenant);
std::optional<state::v1::ApiKeyRow> find_api_key(const store::Reader& reader, TenantId tenant, ApiKeyId key);

bool is_active(const state::v1::ApiKeyRow& row);
// What the key holds, "*" resolved; nothing for a publishable key.
PermissionSet permissions_of(const state::v1::ApiKeyRow& row);

v1::Tenant to_tenant(TenantId id, const state::v1::TenantRow& row);
v1::ApiKey to_api_key(ApiKeyId id, const state::v1::ApiKeyRow& row);

// The size of an id in a key.
inline constexpr std::size_t id_size = 12;

template <class Tag>
Id<Tag> id_at_end(std::string_view key) {
  CHECK(key.size() >= id_size);
  const auto* bytes = key.data() + key.size() - id_size;
  return Id<Tag>{{load_u64_be(bytes), load_u32_be(bytes + sizeof(std::uint64_t))}};
}

}  // namespace florin::tenants
