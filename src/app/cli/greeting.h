// What `florin serve --dev` prints when it is ready: where to go and what to try.
#pragma once

#include <string>

#include "app/server/bootstrap.h"

namespace florin::app {

std::string greeting(const Endpoints& endpoints, const std::string& data_directory);

}  // namespace florin::app
