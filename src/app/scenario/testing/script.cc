#include "app/scenario/testing/script.h"

#include <fmt/format.h>

#include <algorithm>

namespace florin::app::scenario {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// "| a | b |" and "| a | b" have two cells.
Row parse_row(std::string_view text) {
  Row row;
  text.remove_prefix(1);
  if (text.ends_with('|')) text.remove_suffix(1);
  for (;;) {
    const std::size_t bar = text.find('|');
    row.emplace_back(trim(text.substr(0, bar)));
    if (bar == std::string_view::npos) return row;
    text.remove_prefix(bar + 1);
  }
}

// Splits at blanks outside double quotes; a word that begins with "#" begins a comment.
Result<std::vector<std::string>> split(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool begun = false;
  for (const char c : text) {
    if (!quoted && !begun && c == '#') break;
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && blanks.find(c) != std::string_view::npos) {
      if (begun) words.push_back(std::exchange(word, {}));
      begun = false;
    } else {
      word.push_back(c);
      begun = true;
    }
  }
  if (quoted) return script_wrong("a quotation mark has no partner");
  if (begun) words.push_back(std::move(word));
  return words;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

Status add_word(std::string word, Line& line) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || !is_name(std::string_view(word).substr(0, equals))) {
    line.words.push_back(std::move(word));
    return ok();
  }
  const std::string name = word.substr(0, equals);
  if (!line.named.emplace(name, word.substr(equals + 1)).second) return script_wrong(name + " is given twice");
  return ok();
}

Status add_line(std::string_view text, int number, std::vector<Line>& lines) {
  text = trim(text);
  if (text.starts_with('|')) {
    if (lines.empty()) return script_wrong("a row stands under nothing");
    lines.back().rows.push_back(parse_row(text));
    return ok();
  }
  ASSIGN_OR_RETURN(auto words, split(text));
  if (words.empty()) return ok();
  Line line;
  line.number = number;
  for (std::string& word : words) RETURN_IF_ERROR(add_word(std::move(word), line));
  if (line.words.empty()) return script_wrong("a line begins with a word, not with name=value");
  lines.push_back(std::move(line));
  return ok();
}

}  // namespace

Error script_wrong(std::string message) {
  return invalid_argument("script_wrong", std::move(message));
}

Result<std::vector<Line>> parse_script(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto added = add_line(text.substr(0, end), number, lines); !added.ok()) {
      return script_wrong(fmt::format("line {}: {}", number, added.error().message()));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace florin::app::scenario
