#include "rpc/json/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "rpc/json/json.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {
namespace {

bool is_digit(const char* at, const char* end) {
  return at != end && *at >= '0' && *at <= '9';
}

enum class NumberFault { none, digit_missing, leading_zero };

struct NumberEnd {
  const char* at;
  NumberFault fault = NumberFault::none;
};

// RFC 8259 section 6.
NumberEnd find_number_end(const char* at, const char* end) {
  const auto pass_digits = [&] {
    const bool any = is_digit(at, end);
    while (is_digit(at, end)) ++at;
    return any;
  };
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
    if (is_digit(at, end)) return {at, NumberFault::leading_zero};
  } else if (!pass_digits()) {
    return {at, NumberFault::digit_missing};
  }
  if (at != end && *at == '.') {
    ++at;
    if (!pass_digits()) return {at, NumberFault::digit_missing};
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!pass_digits()) return {at, NumberFault::digit_missing};
  }
  return {at};
}

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | (point >> 6));
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3f));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

}  // namespace

bool is_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  const NumberEnd found = find_number_end(text.data(), end);
  return found.fault == NumberFault::none && found.at == end;
}

std::string_view Names::add_copy(std::string name, const char* at) {
  names_.emplace_back(copies_.emplace_back(std::move(name)), at);
  return names_.back().first;
}

std::optional<std::pair<std::string_view, const char*>> Names::twin() {
  if (names_.size() < 2) return std::nullopt;
  std::ranges::sort(names_);
  const auto twin = std::ranges::adjacent_find(names_, {}, [](const auto& name) { return name.first; });
  if (twin == names_.end()) return std::nullopt;
  return *(twin + 1);
}

bool Scanner::enter() {
  if (++depth_ > depth_max) return fail(at_, fmt::format("more than {} levels inside each other", depth_max));
  ++at_;
  return true;
}

Scanner::Step Scanner::next_member(bool first, std::string_view& name) {
  char c = peek();
  if (c == '}') {
    ++at_;
    --depth_;
    return Step::end;
  }
  if (!first) {
    if (c != ',') return fail_unexpected("',' or '}'"), Step::failed;
    ++at_;
    c = peek();
  }
  if (c != '"') return fail_unexpected("a name in double quotes"), Step::failed;
  name_at_ = at_;
  if (!read_string(name)) return Step::failed;
  if (peek() != ':') return fail_unexpected("':'"), Step::failed;
  ++at_;
  return Step::item;
}

Scanner::Step Scanner::next_element(bool first) {
  const char c = peek();
  if (c == ']') {
    ++at_;
    --depth_;
    return Step::end;
  }
  if (first) return Step::item;
  if (c != ',') return fail_unexpected("',' or ']'"), Step::failed;
  ++at_;
  return Step::item;
}

bool Scanner::read_string(std::string_view& out) {
  const char* const begin = ++at_;
  for (;;) {
    at_ = plain_end(at_, end_);
    if (at_ == end_) return fail(begin - 1, "a string is not closed");
    if (*at_ == '"') break;
    if (*at_ == '\\') return read_escaped(begin, out);
    if (!pass_character()) return false;
  }
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return true;
}

// At the first backslash of a string that began at `begin`.
bool Scanner::read_escaped(const char* begin, std::string_view& out) {
  unescaped_.assign(begin, at_);
  for (;;) {
    const char* const from = at_;
    at_ = plain_end(at_, end_);
    unescaped_.append(from, at_);
    if (at_ == end_) return fail(begin - 1, "a string is not closed");
    if (*at_ == '"') break;
    if (*at_ == '\\') {
      if (!read_escape()) return false;
    } else {
      const char* const character = at_;
      if (!pass_character()) return false;
      unescaped_.append(character, at_);
    }
  }
  out = unescaped_;
  ++at_;
  return true;
}

bool Scanner::pass_character() {
  const std::size_t length = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
  if (length == 0) return fail(at_, "the text is not valid UTF-8");
  if (static_cast<unsigned char>(*at_) < 0x20) return fail(at_, "a control character in a string must be escaped");
  at_ += length;
  return true;
}

bool Scanner::read_escape() {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view values = "\"\\/\b\f\n\r\t";
  const char* const begin = at_++;
  if (at_ != end_ && *at_ == 'u') {
    const auto unit = read_hex_unit();
    if (!unit) return false;
    if (*unit >= 0xdc00 && *unit <= 0xdfff) return fail(begin, "an unpaired surrogate");
    if (*unit >= 0xd800 && *unit <= 0xdbff) return read_surrogates(begin, *unit);
    append_utf8(unescaped_, *unit);
    return true;
  }
  const std::size_t found = at_ == end_ ? std::string_view::npos : names.find(*at_);
  if (found == std::string_view::npos) return fail_unexpected("one of \" \\ / b f n r t u after a backslash");
  unescaped_ += values[found];
  ++at_;
  return true;
}

// Behind the high one of a pair that began at `begin`.
bool Scanner::read_surrogates(const char* begin, std::uint32_t high) {
  if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return fail(begin, "an unpaired surrogate");
  ++at_;
  const auto low = read_hex_unit();
  if (!low) return false;
  if (*low < 0xdc00 || *low > 0xdfff) return fail(begin, "an unpaired surrogate");
  append_utf8(unescaped_, 0x10000 + ((high - 0xd800) << 10) + (*low - 0xdc00));
  return true;
}

// At the u of "uXXXX".
std::optional<std::uint32_t> Scanner::read_hex_unit() {
  ++at_;
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const auto digit = at_ == end_ ? std::nullopt : hex_digit(*at_);
    if (!digit) {
      fail_unexpected("four hexadecimal digits after \\u");
      return std::nullopt;
    }
    unit = unit * 16 + *digit;
  }
  return unit;
}

bool Scanner::read_number(std::string_view& out) {
  const NumberEnd found = find_number_end(at_, end_);
  out = {at_, static_cast<std::size_t>(found.at - at_)};
  at_ = found.at;
  if (found.fault == NumberFault::digit_missing) return fail_unexpected("a digit");
  return found.fault == NumberFault::none || fail(at_, "a number may not begin with 0");
}

bool Scanner::read_word(std::string_view word) {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) {
    return fail_unexpected("a value");
  }
  at_ += word.size();
  return true;
}

bool Scanner::skip_value(Types* types) {
  std::string_view dropped;
  switch (const char c = peek()) {
    case '{':
      return skip_object(types);
    case '[':
      return skip_list(types);
    case '"':
      return read_string(dropped);
    case 't':
      return read_word("true");
    case 'f':
      return read_word("false");
    case 'n':
      return read_word("null");
    default:
      if (c == '-' || (c >= '0' && c <= '9')) return read_number(dropped);
      return fail_unexpected("a value");
  }
}

bool Scanner::skip_object(Types* types) {
  const char* const begin = at_;
  if (!enter()) return false;
  Names names;
  std::string_view name;
  for (bool first = true;; first = false) {
    const Step step = next_member(first, name);
    if (step == Step::failed) return false;
    if (step == Step::end) break;
    if (is_lasting(name)) {
      names.add(name, name_at_);
    } else {
      name = names.add_copy(std::string(name), name_at_);
    }
    if (types != nullptr && name == "@type" && peek() == '"') {
      std::string_view type;
      if (!read_string(type)) return false;
      types->emplace(begin, type);
    } else if (!skip_value(types)) {
      return false;
    }
  }
  if (const auto twin = names.twin()) {
    return fail(twin->second, fmt::format("the name \"{}\" appears twice", shortened(twin->first)));
  }
  return true;
}

bool Scanner::skip_list(Types* types) {
  if (!enter()) return false;
  for (bool first = true;; first = false) {
    const Step step = next_element(first);
    if (step != Step::item) return step == Step::end;
    if (!skip_value(types)) return false;
  }
}

bool Scanner::read_end() {
  peek();
  return at_ == end_ || fail(at_, "nothing may follow the value");
}

bool Scanner::fail(const char* at, std::string what) {
  if (!fault_) fault_ = Fault{at, std::move(what)};
  return false;
}

bool Scanner::fail_unexpected(std::string_view wanted) {
  if (at_ == end_) return fail(at_, fmt::format("the text ends where {} was expected", wanted));
  const auto c = static_cast<unsigned char>(*at_);
  const std::string found = c > 0x20 && c < 0x7f ? fmt::format("'{}'", *at_) : fmt::format("byte 0x{:02x}", c);
  return fail(at_, fmt::format("expected {}, found {}", wanted, found));
}

std::string Scanner::place(const char* at) const {
  const std::string_view before(begin_, static_cast<std::size_t>(at - begin_));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);
  // Continuation bytes of UTF-8 do not begin a character.
  const auto column = std::ranges::count_if(in_line, [](char c) { return (c & 0xc0) != 0x80; }) + 1;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace florin::rpc::json
