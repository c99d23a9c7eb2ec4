#include <algorithm>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "store/table_ids.h"
#include "tenants/limits.h"
#include "tenants/state.h"
#include "tenants/tenants.h"

namespace florin::tenants {
namespace {

Error tenant_not_found(std::string_view id) {
  return not_found("tenant_not_found", fmt::format("No tenant {} that this key may see. Check the id.", id));
}

// A list's request, whichever it is.
struct Page {
  std::size_t size = page_size_default;
  std::string from;  // the id at which it starts, as it stands in keys; empty for the first
};

template <class Request>
Result<Page> read_page(const Request& request) {
  Page page;
  if (request.page_size() > 0) page.size = std::min(static_cast<std::size_t>(request.page_size()), page_size_max);
  if (request.page_token().empty()) return page;
  const auto from = parse_base64url(request.page_token());
  if (!from || from->size() != id_size) {
    return invalid_argument("page_token_invalid", "The page token is not one that Florin gave. Start again without it.")
        .with_violation("page_token", "must be a next_page_token of this list");
  }
  page.from = *from;
  return page;
}

// Reads one row more than the page holds, and takes it off again for the token of the next page.
template <class Row>
std::string take_next_token(std::vector<store::Keyed<Row>>& rows, std::size_t size) {
  if (rows.size() <= size) return {};
  const auto& key = rows.back().key;
  auto token = base64url(std::string_view(key).substr(key.size() - id_size));
  rows.pop_back();
  return token;
}

}  // namespace

Result<v1::GetTenantResponse> get_tenant(const store::Reader& reader, TenantId caller,
                                         const v1::GetTenantRequest& request) {
  if (request.tenant_id().empty() && caller.empty()) {
    return invalid_argument("tenant_id_missing", "The platform has no tenant of its own. Say which one to get.")
        .with_violation("tenant_id", "must be set for the platform");
  }
  const auto id = request.tenant_id().empty() ? caller : TenantId::parse(request.tenant_id());
  if (!id || (!caller.empty() && *id != caller)) return tenant_not_found(request.tenant_id());
  const auto row = find_tenant(reader, *id);
  if (!row) return tenant_not_found(request.tenant_id());
  v1::GetTenantResponse response;
  *response.mutable_tenant() = to_tenant(*id, *row);
  return response;
}

Result<v1::ListTenantsResponse> list_tenants(const store::Reader& reader, const v1::ListTenantsRequest& request) {
  ASSIGN_OR_RETURN(const auto page, read_page(request));
  auto rows = tenant_table().list(reader, store::Key(), page.size + 1, page.from);
  v1::ListTenantsResponse response;
  response.set_next_page_token(take_next_token(rows, page.size));
  for (const auto& [key, row] : rows) *response.add_tenants() = to_tenant(id_at_end<TenantTag>(key), row);
  return response;
}

Result<v1::ListApiKeysResponse> list_api_keys(const store::Reader& reader, TenantId tenant,
                                              const v1::ListApiKeysRequest& request) {
  ASSIGN_OR_RETURN(const auto page, read_page(request));
  const auto prefix = store::Key().id(tenant);
  const auto from = page.from.empty() ? std::string() : prefix.bytes() + page.from;
  auto rows = api_key_table().list(reader, prefix, page.size + 1, from);
  v1::ListApiKeysResponse response;
  response.set_next_page_token(take_next_token(rows, page.size));
  for (const auto& [key, row] : rows) *response.add_api_keys() = to_api_key(id_at_end<ApiKeyTag>(key), row);
  return response;
}

std::optional<v1::ApiKey> find_visible_api_key(const store::Reader& reader, TenantId tenant, std::string_view id) {
  const auto key = ApiKeyId::parse(id);
  const auto row = key ? find_api_key(reader, tenant, *key) : std::nullopt;
  if (!row) return std::nullopt;
  return to_api_key(*key, *row);
}

std::optional<FoundApiKey> find_api_key_by_secret(const store::Reader& reader, std::string_view sha256) {
  // The index is read by prefix: less than a whole hash would find a key that it does not name.
  if (sha256.size() != sizeof(crypto::Sha256Digest)) return std::nullopt;
  auto rows = api_key_table().list_by(reader, store::table_id::api_keys_by_secret, store::Key().raw(sha256), 1);
  if (rows.empty()) return std::nullopt;
  // The index key: hash, tenant id, key id.
  const std::string_view key = rows.front().key;
  return FoundApiKey{id_at_end<TenantTag>(key.substr(0, key.size() - id_size)), id_at_end<ApiKeyTag>(key),
                     std::move(rows.front().row)};
}

}  // namespace florin::tenants
