// All domains of this program, hooked into one registry: the same for the server, `florin verify`, scenarios and
// whatever else drives the engine. A new domain is one line here.
#pragma once

#include <string>

#include "checkout/settings.h"
#include "engine/registry.h"
#include "payments/settings.h"

namespace florin::app {

// How the payments domain sees the providers: by what their connectors declare.
payments::Settings payment_settings(std::string public_base_url);

// `settings`, and what it refers to, must outlive the registry.
void register_domains(engine::Registry& registry, const checkout::Settings& settings);

}  // namespace florin::app
