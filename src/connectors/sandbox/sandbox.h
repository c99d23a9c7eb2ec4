// The connector of the sandbox PSP (src/sandbox_psp, docs/sandbox.md).
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace florin::connectors::sandbox {

std::unique_ptr<const Connector> make_connector();

// The header that signs a webhook body: "t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">". Shared with the
// PSP's side.
inline constexpr std::string_view signature_header = "sandbox-signature";
std::string sign_webhook(std::string_view secret, std::string_view body, Timestamp now);

}  // namespace florin::connectors::sandbox
