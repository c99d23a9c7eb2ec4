#include "app/scenario/testing/steps.h"

#include <fmt/format.h>

namespace florin::app::scenario {
namespace {

Step find_step(std::string_view name) {
  for (const auto find :
       {&find_payment_step, &find_checkout_step, &find_operator_step, &find_psp_step, &find_ledger_step, &find_check}) {
    if (const Step step = find(name)) return step;
  }
  return nullptr;
}

Status run_named(World& world, const Line& line, std::size_t first) {
  if (first >= line.words.size()) return script_wrong("a step is missing");
  const Step step = find_step(line.words[first]);
  if (step == nullptr) return script_wrong(fmt::format("there is no step '{}'", line.words[first]));
  Arguments arguments(line, first + 1);
  return step(world, arguments);
}

// refuse <step> : <reason>
Status run_refused(World& world, const Line& line) {
  const std::size_t size = line.words.size();
  if (size < 4 || line.words[size - 2] != ":") return script_wrong("write: refuse <step> : <reason>");
  Line inner = line;
  const std::string& reason = line.words.back();
  inner.words.resize(size - 2);
  const auto outcome = run_named(world, inner, 1);
  if (outcome.ok()) return differs("the step", "refused, " + reason, "accepted");
  if (outcome.error().reason() == "script_wrong") return outcome;
  if (outcome.error().reason() != reason) return differs("the refusal", reason, outcome.error().to_string());
  return ok();
}

}  // namespace

Status run_step(World& world, const Line& line) {
  if (line.words.front() == "refuse") return run_refused(world, line);
  return run_named(world, line, 0);
}

Error differs(std::string_view what, std::string_view expected, std::string_view actual) {
  return failed_precondition("scenario_differs", fmt::format("{}: expected {}, was {}", what, expected, actual));
}

}  // namespace florin::app::scenario
