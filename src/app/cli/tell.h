// How a subcommand tells of a failure.
#pragma once

#include <cstdio>

#include "base/error.h"

namespace florin::app {

// One line on standard error; returns the exit code 1.
inline int tell(const Error& error) {
  std::fprintf(stderr, "florin: %s (%s)\n", error.message().c_str(), error.reason().c_str());
  return 1;
}

}  // namespace florin::app
