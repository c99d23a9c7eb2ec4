// Script: a scenario as it is written in its file. test/scenario/README.md describes the language.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace florin::app::scenario {

// The cells of a line "| a | b |", without the blanks around them.
using Row = std::vector<std::string>;

// One command or check.
struct Line {
  int number = 0;                            // in the file, from 1
  std::vector<std::string> words;            // never empty: "create", "p1", "12.50", "USD"
  std::map<std::string, std::string> named;  // "token" of "token=tok_success"
  std::vector<Row> rows;                     // the lines under it that begin with "|"
};

// Errors: invalid_argument (script_wrong) with the number of the line.
Result<std::vector<Line>> parse_script(std::string_view text);

// The script itself is wrong, not the program that it tests.
Error script_wrong(std::string message);

}  // namespace florin::app::scenario
