#include "tenants/auth.h"

#include <mutex>
#include <utility>

#include "tenants/state.h"

namespace florin::tenants {
namespace {

// Longer than any secret that Florin makes.
constexpr std::size_t secret_size_max = 128;

Error unauthenticated(std::string_view reason, std::string message) {
  return {Code::unauthenticated, ErrorDomain::permission, reason, std::move(message)};
}

Error permission_denied(std::string_view reason, std::string message) {
  return {Code::permission_denied, ErrorDomain::permission, reason, std::move(message)};
}

AuthenticatedKey to_authenticated(const store::Reader& state, const FoundApiKey& found) {
  AuthenticatedKey key{
      .tenant = found.tenant,
      .id = found.id,
      .kind = found.row.kind(),
      .permissions = permissions_of(found.row),
      .platform = found.row.platform(),
      .limits = platform_limits,
  };
  if (key.platform) return key;
  const auto tenant = find_tenant(state, found.tenant);
  CHECK(tenant, "{} has a key but is no tenant", found.tenant.to_string());
  key.environment = tenant->environment();
  key.limits = call_limits(tenant->limits());
  return key;
}

std::int64_t whole_minute(Timestamp time) {
  return time.micros - time.micros % Duration::minutes(1).micros;
}

}  // namespace

bool allows(const AuthenticatedKey& key, Permission permission) {
  return key.permissions.has(permission);
}

Status authorize(const AuthenticatedKey& key, const common::v1::MethodRules& rules) {
  if (rules.platform_only() && !key.platform) {
    return permission_denied("platform_key_required", "Only the platform's own key may call this.");
  }
  const auto permission = permission_from_name(rules.permission());
  if (permission && key.kind == v1::API_KEY_KIND_PUBLISHABLE) {
    if (rules.publishable()) return ok();
    return permission_denied("publishable_key_refused",
                             "A publishable key may not call this. Call it from a server, with a secret key.");
  }
  if (permission && allows(key, *permission)) return ok();
  return permission_denied(
      "permission_missing",
      fmt::format("This API key lacks the permission \"{}\". Use one that holds it.", rules.permission()));
}

Result<std::shared_ptr<const AuthenticatedKey>> KeyRing::authenticate(std::string_view secret) {
  if (secret.empty()) {
    return unauthenticated("api_key_missing", "Send an API key: \"Authorization: Bearer fl_test_...\".");
  }
  if (secret.size() > secret_size_max) return unauthenticated("api_key_unknown", "No API key has this secret.");
  const auto sha256 = hash_secret(secret);
  auto entry = find(sha256);
  if (!entry) {
    ASSIGN_OR_RETURN(entry, read(sha256));
  }
  entry->last_use->store(whole_minute(clock_.now()), std::memory_order_relaxed);
  return entry->key;
}

void KeyRing::invalidate(std::uint64_t sequence) {
  auto before = valid_from_.load();
  while (before < sequence && !valid_from_.compare_exchange_weak(before, sequence)) {
  }
}

std::optional<Timestamp> KeyRing::last_use(ApiKeyId key) const {
  const std::shared_lock lock(mutex_);
  const auto found = last_uses_.find(key.to_string());
  if (found == last_uses_.end()) return std::nullopt;
  return Timestamp{found->second->load(std::memory_order_relaxed)};
}

std::optional<KeyRing::Entry> KeyRing::find(const std::string& sha256) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_sha256_.find(sha256);
  if (found == by_sha256_.end() || found->second.sequence < valid_from_.load()) return std::nullopt;
  return found->second;
}

// A secret that belongs to no key is not remembered: anybody could fill the memory with such.
Result<KeyRing::Entry> KeyRing::read(const std::string& sha256) {
  const auto state = snapshot_();
  const auto found = find_api_key_by_secret(*state, sha256);
  if (!found) return unauthenticated("api_key_unknown", "No API key has this secret.");
  if (!is_active(found->row)) return unauthenticated("api_key_revoked", "This API key was revoked. Use another one.");
  Entry entry{std::make_shared<const AuthenticatedKey>(to_authenticated(*state, *found)), last_use_of(found->id),
              state->sequence()};
  const std::unique_lock lock(mutex_);
  if (by_sha256_.size() >= cached_keys_max) by_sha256_.clear();
  by_sha256_[sha256] = entry;
  return entry;
}

std::shared_ptr<KeyRing::LastUse> KeyRing::last_use_of(ApiKeyId key) {
  const std::unique_lock lock(mutex_);
  auto& last_use = last_uses_[key.to_string()];
  if (!last_use) last_use = std::make_shared<LastUse>(0);
  return last_use;
}

}  // namespace florin::tenants
