#include "connectors/registry.h"

namespace florin::connectors {

void Registry::add(std::unique_ptr<const Connector> connector) {
  std::string name(connector->capabilities().name);
  const bool added = connectors_.emplace(std::move(name), std::move(connector)).second;
  CHECK(added, "two connectors have one name");
}

const Connector* Registry::find(std::string_view name) const {
  const auto found = connectors_.find(name);
  return found == connectors_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, connector] : connectors_) names.push_back(name);
  return names;
}

}  // namespace florin::connectors
