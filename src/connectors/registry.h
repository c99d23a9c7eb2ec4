// Registry: the connectors by name. Filled at start, then only read.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace florin::connectors {

class Registry {
 public:
  // CHECKs that no other connector has its name.
  void add(std::unique_ptr<const Connector> connector);
  // Nothing for an unknown name. Valid as long as the registry.
  const Connector* find(std::string_view name) const;
  // Sorted.
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::unique_ptr<const Connector>, std::less<>> connectors_;
};

}  // namespace florin::connectors
