#include "tenants/permissions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace florin::tenants {

std::string_view permission_name(Permission permission) {
  return permission_names.at(static_cast<std::size_t>(permission));
}

std::optional<Permission> permission_from_name(std::string_view name) {
  const auto found = std::ranges::find(permission_names, name);
  if (found == permission_names.end()) return std::nullopt;
  return static_cast<Permission>(found - permission_names.begin());
}

PermissionSet PermissionSet::all(bool platform) {
  PermissionSet set((Bits{1} << permission_names.size()) - 1);
  if (!platform) {
    for (const auto permission : {Permission::tenants_write, Permission::operators_write, Permission::system_read}) {
      set.bits_ &= ~bit(permission);
    }
  }
  return set;
}

bool PermissionSet::add_name(std::string_view name, bool platform) {
  if (name == all_permissions) {
    bits_ |= all(platform).bits_;
    return true;
  }
  const auto permission = permission_from_name(name);
  if (!permission || !all(platform).has(*permission)) return false;
  add(*permission);
  return true;
}

std::string PermissionSet::to_string() const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < permission_names.size(); ++i) {
    if (has(static_cast<Permission>(i))) names.push_back(permission_names[i]);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<PermissionSet> PermissionSet::parse(const std::vector<std::string>& names, bool platform) {
  PermissionSet set;
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!set.add_name(names[i], platform)) unknown.push_back(i);
  }
  if (unknown.empty()) return set;
  auto error = invalid_argument(
      "permission_unknown",
      fmt::format("The key cannot be given such a permission. Choose from \"*\" and: {}.", all(platform).to_string()));
  for (const auto i : unknown) {
    error = std::move(error).with_violation(fmt::format("permissions[{}]", i), "must be a permission of the list");
  }
  return error;
}

}  // namespace florin::tenants
