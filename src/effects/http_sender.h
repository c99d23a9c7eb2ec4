// Sends PSP requests over the HTTP client.
#pragma once

#include "effects/psp_effects.h"
#include "http/client.h"

namespace florin::effects {

// `client` must outlive every use.
Send http_sender(http::Client& client);

}  // namespace florin::effects
