// Sends PSP requests over the HTTP client, and those that carry a card through the vault.
#pragma once

#include "effects/psp_effects.h"
#include "http/client.h"
#include "vault/client/vault_client.h"

namespace florin::effects {

// `client` and `vault` must outlive every use. Without a vault (null) a request that carries a card is not sent.
Send http_sender(http::Client& client, vault::VaultClient* vault);

}  // namespace florin::effects
