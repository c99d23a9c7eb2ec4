// Reads Connect error bodies strictly, for tests of servers. Clients must be lenient: see rpc/client/answer.h.
#pragma once

#include <optional>
#include <string_view>

#include "rpc/wire_error.h"

namespace florin::rpc {

// Nothing where `body` is not what the protocol asks of servers. Details become payloads; their `debug` is not read.
std::optional<WireError> parse_error_json(std::string_view body);

}  // namespace florin::rpc
