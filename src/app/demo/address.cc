#include "app/demo/address.h"

#include <fmt/format.h>

#include "app/server/settings.h"

namespace florin::app {

Result<rpc::HttpAddress> parse_address(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (url.starts_with(scheme)) {
    if (const auto address = parse_listen(url.substr(scheme.size()), "address"); address.ok()) {
      return rpc::HttpAddress{address->host, address->port};
    }
  }
  return invalid_argument(
      "address_invalid",
      fmt::format("\"{}\" is no address; is the platform running with --dev on this data directory?", url));
}

}  // namespace florin::app
