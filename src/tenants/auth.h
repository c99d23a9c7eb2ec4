// Who is calling, and may they: from the secret that a request carries to the key it belongs to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "florin/common/v1/options.pb.h"
#include "store/store.h"
#include "tenants/limits.h"
#include "tenants/permissions.h"
#include "tenants/tenants.h"

namespace florin::tenants {

// A caller, as long as the request lasts. An operator is one too: its role stands in for a key.
struct AuthenticatedKey {
  TenantId tenant;  // empty for the platform
  ApiKeyId id;
  v1::ApiKeyKind kind = v1::API_KEY_KIND_UNSPECIFIED;
  PermissionSet permissions;
  bool platform = false;
  v1::Environment environment = v1::ENVIRONMENT_UNSPECIFIED;  // unspecified for the platform
  CallLimits limits;
};

bool allows(const AuthenticatedKey& key, Permission permission);

// May the key call a method with these rules? A method without a permission is refused to everybody; a publishable key
// may call only what is marked so, and needs no permission there. Errors: permission_denied (platform_key_required,
// publishable_key_refused, permission_missing).
Status authorize(const AuthenticatedKey& key, const common::v1::MethodRules& rules);

// Knows callers by their secrets. Reads the newest committed state for a key it has not seen, and remembers it until
// keys change. Thread-safe.
class KeyRing {
 public:
  using TakeSnapshot = std::function<std::shared_ptr<const store::Snapshot>()>;

  // `clock` must outlive the ring.
  KeyRing(TakeSnapshot snapshot, const Clock& clock) : snapshot_(std::move(snapshot)), clock_(clock) {}

  // Errors: unauthenticated (api_key_missing for an empty secret, api_key_unknown, api_key_revoked).
  Result<std::shared_ptr<const AuthenticatedKey>> authenticate(std::string_view secret);

  // Keys or tenants changed in journal entry `sequence`: what was read from state before it no longer counts. To be
  // called before the change is answered.
  void invalidate(std::uint64_t sequence);

  // When the key last authenticated, to the minute; nothing if it has not since the start.
  std::optional<Timestamp> last_use(ApiKeyId key) const;

 private:
  using LastUse = std::atomic<std::int64_t>;  // microseconds, a whole minute
  struct Entry {
    std::shared_ptr<const AuthenticatedKey> key;
    std::shared_ptr<LastUse> last_use;
    std::uint64_t sequence = 0;  // of the state it was read from
  };

  std::optional<Entry> find(const std::string& sha256) const;
  Result<Entry> read(const std::string& sha256);
  std::shared_ptr<LastUse> last_use_of(ApiKeyId key);

  const TakeSnapshot snapshot_;
  const Clock& clock_;
  std::atomic<std::uint64_t> valid_from_ = 0;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> by_sha256_;
  std::unordered_map<std::string, std::shared_ptr<LastUse>> last_uses_;  // by key id
};

}  // namespace florin::tenants
