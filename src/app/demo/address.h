// The address in a base URL of this machine's processes.
#pragma once

#include <string_view>

#include "base/result.h"
#include "rpc/client/http_channel.h"

namespace florin::app {

// "http://127.0.0.1:8080". Errors: address_invalid.
Result<rpc::HttpAddress> parse_address(std::string_view url);

}  // namespace florin::app
