// The policy table: "when this event, run that reaction, in the same transaction". The one way in which what happens in
// a lower domain makes something happen in a higher one.
#pragma once

#include "engine/registry.h"

namespace florin::app {

// | when                   | then                                                                        |
// |------------------------|-----------------------------------------------------------------------------|
// | tenants.tenant_created | a sandbox tenant is connected to the sandbox provider's account "default"   |
void register_policies(engine::Registry& registry);

}  // namespace florin::app
