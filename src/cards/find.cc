#include "cards/find.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "cards/card_number.h"

namespace florin::cards {
namespace {

// Shorter runs of digits are too common to be taken for the short numbers of the oldest cards.
constexpr std::size_t found_digits_min = 13;
// In a group of digits longer than any way to write a number: what could stand before an expiry or a code.
constexpr std::array<std::size_t, 3> usual_lengths = {14, 15, 16};
constexpr std::size_t separators_max = 3;

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The length of a UUID at the start of `text`; 0 if there is none.
std::size_t uuid_length(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() < shape.size()) return 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i])) return 0;
  }
  const bool ends = text.size() == shape.size() || !is_hex(text[shape.size()]);
  return ends ? shape.size() : 0;
}

// The length of a word of hexadecimal digits at the start of `text` that is as long as a hash or a signature, and has a
// letter among them; 0 if there is none. Runs of digits within one are chance.
std::size_t hash_length(std::string_view text) {
  constexpr std::size_t shortest = 32;
  std::size_t length = 0;
  bool has_letter = false;
  for (; length < text.size() && is_hex(text[length]); ++length) has_letter |= !is_digit(text[length]);
  const bool ends = length == text.size() || !is_word(text[length]);
  return ends && has_letter && length >= shortest ? length : 0;
}

// Bytes of the space, hyphen or underscore at the start of `text`, in ASCII or Unicode (U+00A0, U+2000 to U+2015,
// U+202F, U+2060); 0 if there is none.
std::size_t separator_length(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view(" -_\t").contains(text.front())) return 1;
  if (text.starts_with("\xc2\xa0")) return 2;
  if (text.starts_with("\xe2\x80") && text.size() > 2) {
    const auto last = static_cast<unsigned char>(text[2]);
    if ((last >= 0x80 && last <= 0x95) || last == 0xaf) return 3;
  }
  return text.starts_with("\xe2\x81\xa0") ? 3 : 0;
}

// A run: groups of digits with separators between them, the digits of all groups in one text.
struct Run {
  std::string digits;
  std::vector<std::size_t> starts;  // of the groups, in `digits`
  std::size_t length = 0;           // in the text
  bool between_letters = false;
};

Run read_run(std::string_view text, std::size_t at) {
  Run run;
  run.between_letters = at > 0 && is_word(text[at - 1]) && separator_length(text.substr(at - 1)) == 0;
  std::size_t i = at;
  while (i < text.size() && is_digit(text[i])) {
    run.starts.push_back(run.digits.size());
    while (i < text.size() && is_digit(text[i])) run.digits += text[i++];
    run.length = i - at;
    std::size_t separators = 0;
    while (const std::size_t length = separator_length(text.substr(i))) {
      if (++separators > separators_max) break;
      i += length;
    }
    if (separators == 0 || separators > separators_max) break;
  }
  const std::size_t end = at + run.length;
  if (end < text.size() && is_word(text[end]) && separator_length(text.substr(end)) == 0) run.between_letters = true;
  return run;
}

std::size_t end_of_group(const Run& run, std::size_t group) {
  return group + 1 < run.starts.size() ? run.starts[group + 1] : run.digits.size();
}

// Whether people and forms write a number in groups like these: of one, two or four digits with a shorter rest, or as
// it stands on a card of one of the brands with their own, or issuer and rest. Otherwise every "order-4-000000001234"
// could be a number.
bool is_usual_grouping(const Run& run, std::size_t first, std::size_t last) {
  std::vector<std::size_t> sizes;
  for (std::size_t i = first; i <= last; ++i) sizes.push_back(end_of_group(run, i) - run.starts[i]);
  if (sizes.size() == 1) return true;
  for (const auto& own : {std::vector<std::size_t>{4, 6, 5}, {4, 6, 4}, {4, 3, 3, 3}, {6, 9}, {6, 10}, {6, 13}}) {
    if (sizes == own) return true;
  }
  const std::size_t size = sizes.front();
  const auto is_same = [size](std::size_t each) { return each == size; };
  return (size == 1 || size == 2 || size == 4) && sizes.back() <= size &&
         std::all_of(sizes.begin(), sizes.end() - 1, is_same);
}

// Card numbers that begin with group `first` and end with a group.
bool has_number_of_groups(const Run& run, std::size_t first) {
  const std::size_t start = run.starts[first];
  for (std::size_t last = first; last < run.starts.size(); ++last) {
    const std::size_t end = end_of_group(run, last);
    if (end - start > number_digits_max) return false;
    if (end - start < found_digits_min || !is_usual_grouping(run, first, last)) continue;
    if (is_card_number(std::string_view(run.digits).substr(start, end - start))) return true;
  }
  return false;
}

// A group that begins with a number and goes on with more digits.
bool has_number_and_more(std::string_view group) {
  for (const std::size_t length : usual_lengths) {
    if (group.size() > length && is_card_number(group.substr(0, length))) return true;
  }
  return false;
}

bool holds(const Run& run) {
  if (run.digits.size() < found_digits_min) return false;
  const bool is_whole = run.digits.size() <= number_digits_max && is_usual_grouping(run, 0, run.starts.size() - 1);
  if (is_whole && is_card_number(run.digits)) return true;
  if (run.between_letters) return false;
  for (std::size_t i = 0; i < run.starts.size(); ++i) {
    if (has_number_of_groups(run, i)) return true;
    const std::size_t size = end_of_group(run, i) - run.starts[i];
    if (has_number_and_more(std::string_view(run.digits).substr(run.starts[i], size))) return true;
  }
  return false;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? parse_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      out += *byte;
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

bool holds_card_number(std::string_view text) {
  if (text.size() < found_digits_min) return false;
  for (std::size_t i = 0; i < text.size();) {
    const bool begins = i == 0 || !is_word(text[i - 1]);
    const std::string_view rest = text.substr(i);
    const std::size_t random = begins && is_hex(text[i]) ? std::max(uuid_length(rest), hash_length(rest)) : 0;
    if (random > 0) {
      i += random;
    } else if (is_digit(text[i])) {
      const Run run = read_run(text, i);
      if (holds(run)) return true;
      i += run.length;
    } else {
      ++i;
    }
  }
  return false;
}

bool url_holds_card_number(std::string_view path_or_query) {
  if (holds_card_number(path_or_query)) return true;
  if (path_or_query.find_first_of("%+") == std::string_view::npos) return false;
  return holds_card_number(percent_decoded(path_or_query));
}

}  // namespace florin::cards
