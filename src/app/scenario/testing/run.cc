#include "app/scenario/testing/run.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "app/scenario/testing/steps.h"

namespace florin::app::scenario {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return script_wrong("the file cannot be read");
  return text.str();
}

Error at(const std::string& path, int line, const Error& error) {
  return {error.code(), error.domain(), error.reason(), fmt::format("{}:{}: {}", path, line, error.message())};
}

// skip <mode> <why>
bool is_skip(const Line& line, Mode mode) {
  return line.words.front() == "skip" && line.words.size() > 1 && line.words[1] == mode_name(mode);
}

}  // namespace

Result<Outcome> run_scenario(const std::string& path, Mode mode) {
  ASSIGN_OR_RETURN(const std::string text, read_file(path));
  auto lines = parse_script(text);
  if (!lines.ok()) return script_wrong(fmt::format("{}: {}", path, lines.error().message()));
  World world(mode);
  for (const Line& line : *lines) {
    if (is_skip(line, mode)) return Outcome{line.words.size() > 2 ? line.words[2] : "no reason given"};
    if (line.words.front() == "skip") continue;
    if (auto done = run_step(world, line); !done.ok()) return at(path, line.number, done.error());
    if (auto ended = world.end_step(); !ended.ok()) return at(path, line.number, ended.error());
  }
  if (auto clean = world.verify(); !clean.ok())
    return at(path, lines->empty() ? 0 : lines->back().number, clean.error());
  return Outcome{};
}

}  // namespace florin::app::scenario
