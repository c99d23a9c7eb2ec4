// Runs one scenario file in one mode.
#pragma once

#include <string>

#include "app/scenario/testing/world.h"
#include "base/result.h"

namespace florin::app::scenario {

// Nothing if the scenario is not for this mode ("skip <mode> <why>" is its first step), else why.
struct Outcome {
  std::string skipped;
};
// Errors: the first step that did not do what the file says, with "file:line: " in front; script_wrong.
Result<Outcome> run_scenario(const std::string& path, Mode mode);

}  // namespace florin::app::scenario
