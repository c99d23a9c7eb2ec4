#include "checkout/apply.h"
#include "checkout/commands.h"
#include "checkout/ending.h"

namespace florin::checkout {

void register_checkout(engine::Registry& registry) {
  register_events(registry);
  registry.on_timer(std::string(session_timer), &on_session_timer);
}

}  // namespace florin::checkout
