// The steps of the language, by their first word. Each does one thing in the world and gives an error where the program
// refused it, the script is wrong, or a check found something else.
#pragma once

#include <string>
#include <string_view>

#include "app/scenario/testing/arguments.h"
#include "app/scenario/testing/world.h"
#include "base/result.h"

namespace florin::app::scenario {

// Errors: script_wrong for an unknown step.
Status run_step(World& world, const Line& line);

// One step; `arguments` stands behind its name.
using Step = Status (*)(World& world, Arguments& arguments);
struct NamedStep {
  std::string_view name;
  Step step;
};

// Nothing if the step is of another group.
Step find_payment_step(std::string_view name);
Step find_psp_step(std::string_view name);
Step find_ledger_step(std::string_view name);
Step find_checkout_step(std::string_view name);
Step find_operator_step(std::string_view name);
Step find_check(std::string_view name);

// A check found something else.
Error differs(std::string_view what, std::string_view expected, std::string_view actual);

}  // namespace florin::app::scenario
