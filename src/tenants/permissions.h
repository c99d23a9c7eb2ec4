// What an API key may do: the closed list of permissions, and sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace florin::tenants {

enum class Permission : std::uint8_t {
  tenants_read,
  tenants_write,  // the platform's own keys only
  api_keys_read,
  api_keys_write,
  payments_read,
  payments_write,
  refunds_write,
  ledger_read,
  ledger_write,
  events_read,
  operators_read,
  operators_write,  // operators and the platform's own keys only
  system_read,      // the platform's own keys and operators only
  checkout_read,
  checkout_write,
};

// By number: "tenants.read" and so on, as they stand in the options of methods and in keys.
inline constexpr std::array<std::string_view, 15> permission_names = {
    "tenants.read",   "tenants.write",   "api_keys.read", "api_keys.write", "payments.read",
    "payments.write", "refunds.write",   "ledger.read",   "ledger.write",   "events.read",
    "operators.read", "operators.write", "system.read",   "checkout.read",  "checkout.write",
};

// Everything that a key of its owner may hold.
inline constexpr std::string_view all_permissions = "*";

std::string_view permission_name(Permission permission);
// Nothing for a name that is not in the list, "*" included.
std::optional<Permission> permission_from_name(std::string_view name);

class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  // What "*" means for a tenant's key, or for the platform's.
  static PermissionSet all(bool platform);
  // Reads the names of a request, of which "*" may be one. Errors: invalid_argument (permission_unknown) with one
  // violation for each name that is not in the list, or that only a platform key may hold.
  static Result<PermissionSet> parse(const std::vector<std::string>& names, bool platform);

  // Adds what `name` stands for; false, and nothing is added, if it stands for nothing that such a key may hold.
  bool add_name(std::string_view name, bool platform);
  void add(Permission permission) { bits_ |= bit(permission); }
  bool has(Permission permission) const { return (bits_ & bit(permission)) != 0; }
  bool includes(PermissionSet other) const { return (bits_ & other.bits_) == other.bits_; }
  // "payments.read, payments.write", in the order of the list.
  std::string to_string() const;
  PermissionSet without(PermissionSet other) const { return PermissionSet(bits_ & ~other.bits_); }

  bool operator==(const PermissionSet&) const = default;

 private:
  using Bits = std::uint32_t;
  explicit constexpr PermissionSet(Bits bits) : bits_(bits) {}
  static constexpr Bits bit(Permission permission) { return Bits{1} << static_cast<unsigned>(permission); }

  Bits bits_ = 0;
};

}  // namespace florin::tenants
