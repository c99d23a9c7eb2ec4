#include "payments/register.h"

#include "payments/apply.h"
#include "payments/attempts.h"
#include "payments/inquiries.h"
#include "payments/outcomes.h"
#include "payments/psp_calls.h"
#include "payments/surplus.h"

namespace florin::payments {

void register_payments(engine::Registry& registry, const Settings& settings) {
  register_events(registry);
  registry.on_effect(std::string(psp_effect),
                     [&settings](engine::Work& work, const engine::Effect& effect, const engine::EffectResult& result) {
                       on_psp_outcome(work, settings, effect, result);
                     });
  registry.on_timer(std::string(inquiry_timer), &on_inquiry_timer);
  registry.on_timer(std::string(doubt_timer), &on_doubt_timer);
  registry.on_timer(std::string(authorization_timer), &on_authorization_timer);
  registry.on_timer(std::string(surplus_timer), &on_surplus_timer);
}

}  // namespace florin::payments
