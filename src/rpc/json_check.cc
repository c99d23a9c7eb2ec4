#include "rpc/json_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "rpc/json_text.h"

namespace florin::rpc {
namespace {

struct Fault {
  std::size_t offset;
  std::string what;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A fault is kept, not returned, so that the common path pays one branch per token.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<Fault> run() {
    skip_space();
    check_value();
    while (!fault_ && !open_.empty()) step();
    skip_space();
    if (!fault_ && at_ != text_.size()) fail("nothing may follow the value");
    return std::move(fault_);
  }

 private:
  // An object or array that has been opened and not closed.
  struct Level {
    bool is_object;
    bool has_members = false;
    std::size_t first_name = 0;  // where its names begin in names_
  };
  struct Name {
    std::string_view text;
    std::size_t offset;
    auto operator<=>(const Name&) const = default;
  };

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool ended() const { return at_ >= text_.size(); }

  void fail(std::string what) { fail_at(at_, std::move(what)); }
  void fail_at(std::size_t offset, std::string what) {
    if (!fault_) fault_ = Fault{offset, std::move(what)};
  }
  void fail_unexpected(std::string_view wanted) {
    if (ended()) return fail(fmt::format("the text ends where {} was expected", wanted));
    const auto c = static_cast<unsigned char>(text_[at_]);
    const std::string found = c > 0x20 && c < 0x7f ? fmt::format("'{}'", text_[at_]) : fmt::format("byte 0x{:02x}", c);
    fail(fmt::format("expected {}, found {}", wanted, found));
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      ++at_;
    }
  }

  // One member or element of the innermost level, or its end.
  void step() {
    Level& level = open_.back();
    skip_space();
    if (peek() == (level.is_object ? '}' : ']') && !ended()) return close();
    if (level.has_members) {
      if (peek() != ',') return fail_unexpected(level.is_object ? "',' or '}'" : "',' or ']'");
      ++at_;
      skip_space();
    }
    level.has_members = true;
    if (level.is_object) check_name();
    if (!fault_) check_value();
  }

  void open(bool is_object) {
    if (open_.size() == json_depth_max)
      return fail(fmt::format("more than {} levels inside each other", json_depth_max));
    open_.push_back({.is_object = is_object, .first_name = names_.size()});
    ++at_;
  }

  void close() {
    if (open_.back().is_object) check_names_differ(open_.back().first_name);
    names_.resize(open_.back().first_name);
    open_.pop_back();
    ++at_;
  }

  void check_names_differ(std::size_t first) {
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, names_.end());
    const auto twin =
        std::adjacent_find(begin, names_.end(), [](const Name& a, const Name& b) { return a.text == b.text; });
    if (twin != names_.end()) fail_at((twin + 1)->offset, fmt::format("the name \"{}\" appears twice", twin->text));
  }

  void check_name() {
    if (peek() != '"') return fail_unexpected("a name in double quotes");
    const std::size_t offset = at_;
    bool escaped = false;
    check_string(escaped);
    if (fault_) return;
    std::string_view name = text_.substr(offset + 1, at_ - offset - 2);
    if (escaped) name = unescaped_.emplace_back(unescape_json(name));
    names_.push_back({name, offset});
    skip_space();
    if (peek() != ':') return fail_unexpected("':'");
    ++at_;
    skip_space();
  }

  void check_value() {
    switch (peek()) {
      case '{':
        return open(true);
      case '[':
        return open(false);
      case '"': {
        bool escaped = false;
        return check_string(escaped);
      }
      case 't':
        return check_word("true");
      case 'f':
        return check_word("false");
      case 'n':
        return check_word("null");
      default:
        if (peek() == '-' || is_digit(peek())) return check_number();
        return fail_unexpected("a value");
    }
  }

  void check_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return fail_unexpected("a value");
    at_ += word.size();
  }

  void check_digits() {
    if (!is_digit(peek())) return fail_unexpected("a digit");
    while (is_digit(peek())) ++at_;
  }

  void check_number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) return fail("a number may not begin with 0");
    } else {
      check_digits();
    }
    if (!fault_ && peek() == '.') {
      ++at_;
      check_digits();
    }
    if (!fault_ && (peek() == 'e' || peek() == 'E')) {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      check_digits();
    }
  }

  // From the opening quote to behind the closing one.
  void check_string(bool& escaped) {
    const std::size_t begin = at_++;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return;
      }
      if (c == '\\') {
        escaped = true;
        check_escape();
      } else if (c < 0x20) {
        fail("a control character in a string must be escaped");
      } else if (c < 0x80) {
        ++at_;
      } else if (const std::size_t length = utf8_length(text_.substr(at_)); length > 0) {
        at_ += length;
      } else {
        fail("the text is not valid UTF-8");
      }
      if (fault_) return;
    }
    fail_at(begin, "a string is not closed");
  }

  void check_escape() {
    ++at_;
    if (peek() == 'u') {
      const auto unit = hex_unit();
      if (!unit) return;
      if (*unit >= 0xdc00 && *unit <= 0xdfff) return fail_at(at_ - 6, "an unpaired surrogate");
      if (*unit < 0xd800 || *unit > 0xdbff) return;
      const std::size_t high = at_ - 6;
      if (text_.substr(at_, 2) != "\\u") return fail_at(high, "an unpaired surrogate");
      ++at_;
      const auto low = hex_unit();
      if (low && (*low < 0xdc00 || *low > 0xdfff)) fail_at(high, "an unpaired surrogate");
      return;
    }
    if (ended() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
      return fail_unexpected("one of \" \\ / b f n r t u after a backslash");
    }
    ++at_;
  }

  // "uXXXX" at at_.
  std::optional<std::uint32_t> hex_unit() {
    ++at_;
    std::uint32_t unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const auto digit = hex_digit(peek());
      if (!digit) {
        fail_unexpected("four hexadecimal digits after \\u");
        return std::nullopt;
      }
      unit = unit * 16 + *digit;
    }
    return unit;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Fault> fault_;
  std::vector<Level> open_;
  std::vector<Name> names_;  // of all open objects
  std::deque<std::string> unescaped_;
};

Error to_error(std::string_view text, const Fault& fault) {
  const std::string_view before = text.substr(0, fault.offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);
  // Continuation bytes of UTF-8 do not begin a character.
  const auto column = std::ranges::count_if(in_line, [](char c) { return (c & 0xc0) != 0x80; }) + 1;
  return invalid_argument("invalid_json", fmt::format("The request body is not valid JSON: line {}, column {}: {}.",
                                                      line, column, fault.what));
}

}  // namespace

Status check_json(std::string_view text) {
  if (auto fault = Checker(text).run()) return to_error(text, *fault);
  return ok();
}

}  // namespace florin::rpc
