#include "connectors/all/all_connectors.h"

#include "connectors/sandbox/sandbox.h"

namespace florin::connectors {

const Registry& all_connectors() {
  static const Registry registry = [] {
    Registry all;
    all.add(sandbox::make_connector());
    return all;
  }();
  return registry;
}

}  // namespace florin::connectors
