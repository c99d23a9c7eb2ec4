// florin_scenario [--mode MODE]... FILE...: runs scenario files in some modes, or in all. test/scenario/README.md
// describes them.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/scenario/testing/run.h"

namespace {

using namespace florin;
using app::scenario::Mode;

constexpr Mode all_modes[] = {Mode::plain, Mode::restart_each, Mode::replay_from_zero, Mode::psp_faults};

struct Request {
  std::vector<Mode> modes;
  std::vector<std::string> files;
};

Result<Request> parse(int count, char** words) {
  Request request;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word != "--mode") {
      request.files.emplace_back(word);
      continue;
    }
    const auto mode = ++i < count ? app::scenario::mode_from_name(words[i]) : std::nullopt;
    if (!mode) return invalid_argument("mode_unknown", "Modes: plain, restart-each, replay-from-zero, psp-faults.");
    request.modes.push_back(*mode);
  }
  if (request.modes.empty()) request.modes.assign(std::begin(all_modes), std::end(all_modes));
  if (request.files.empty()) return invalid_argument("files_missing", "Give the scenario files to run.");
  return request;
}

}  // namespace

int main(int count, char** words) {
  const auto request = parse(count, words);
  if (!request.ok()) {
    fmt::print(stderr, "{}\n", request.error().message());
    return 2;
  }
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const Mode mode : request->modes) {
    for (const std::string& file : request->files) {
      const auto outcome = app::scenario::run_scenario(file, mode);
      if (!outcome.ok()) {
        ++failed;
        fmt::print("FAIL {} ({})\n  {}\n", file, app::scenario::mode_name(mode), outcome.error().message());
      } else if (!outcome->skipped.empty()) {
        ++skipped;
        fmt::print("SKIP {} ({}): {}\n", file, app::scenario::mode_name(mode), outcome->skipped);
      } else {
        ++passed;
      }
    }
  }
  fmt::print("{} passed, {} failed{}\n", passed, failed, skipped > 0 ? fmt::format(", {} skipped", skipped) : "");
  return failed == 0 ? 0 : 1;
}
