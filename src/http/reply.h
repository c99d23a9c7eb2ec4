// Reply: what an HTTP server answered, whole.
#pragma once

#include <string>

#include "http/exchange.h"

namespace florin::http {

struct Reply {
  int status = 0;
  Headers headers{};  // names in lower case
  std::string body{};
};

}  // namespace florin::http
