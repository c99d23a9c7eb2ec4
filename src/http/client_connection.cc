#include "http/client_connection.h"

#include <fmt/format.h>

namespace florin::http {

Error connection_lost(const std::string& authority) {
  return unavailable("connection_lost",
                     fmt::format("The connection to {} broke before the answer was complete.", authority));
}

Error malformed_answer(std::string_view why) {
  return {Code::internal, ErrorDomain::network, "malformed_answer", std::string(why)};
}

Error answer_head_too_large() {
  return {Code::resource_exhausted, ErrorDomain::network, "answer_head_too_large",
          "The header fields of the answer are larger than is allowed here."};
}

}  // namespace florin::http
