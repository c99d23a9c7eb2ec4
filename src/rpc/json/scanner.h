// Scanner: the tokens of a JSON text, strictly as RFC 8259 has them, each checked when it is read.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace florin::rpc::json {

// Whether `text` is a number as JSON writes it, and nothing else.
bool is_number(std::string_view text);

// The names of an object, to find one that is there twice.
class Names {
 public:
  // `name` must stay where it is.
  void add(std::string_view name, const char* at) { names_.emplace_back(name, at); }
  // Keeps a copy and tells where.
  std::string_view add_copy(std::string name, const char* at);
  // The second of two that are equal. O(n log n).
  std::optional<std::pair<std::string_view, const char*>> twin();

 private:
  std::vector<std::pair<std::string_view, const char*>> names_;
  std::list<std::string> copies_;
};

// A place in the text is a pointer to its character. Functions that return false have left a fault; after that the
// scanner is of no more use.
class Scanner {
 public:
  struct Fault {
    const char* at;
    std::string what;
  };
  enum class Step { item, end, failed };
  struct Mark {
    const char* at;
    int depth;
  };
  // The member "@type" of each object that has one, by the place of the object's brace.
  using Types = std::unordered_map<const char*, std::string>;

  // `text` must outlive the scanner.
  explicit Scanner(std::string_view text) : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  // Goes to the next character that is not white space and tells it; NUL at the end of the text.
  char peek() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }
  const char* at() const { return at_; }
  Mark mark() const { return {at_, depth_}; }
  void go_back(const Mark& mark) {
    at_ = mark.at;
    depth_ = mark.depth;
  }

  // At a brace or bracket: goes behind it.
  bool enter();
  // To the value of the next member, or behind the brace that ends the object. `name` is valid until the next string is
  // read.
  Step next_member(bool first, std::string_view& name);
  const char* name_at() const { return name_at_; }
  // To the next element, or behind the bracket that ends the list.
  Step next_element(bool first);

  // At a quote. `out` is the string without quotes and escapes, valid until the next string is read.
  bool read_string(std::string_view& out);
  // Whether a string that was read lies in the text itself and stays valid.
  bool is_lasting(std::string_view string) const { return string.data() != unescaped_.data(); }
  // At '-' or a digit. `out` is the number as it is written.
  bool read_number(std::string_view& out);
  // "true", "false" or "null".
  bool read_word(std::string_view word);
  bool skip_value(Types* types = nullptr);
  // Nothing but white space may be left.
  bool read_end();

  bool fail(const char* at, std::string what);
  const std::optional<Fault>& fault() const { return fault_; }
  // "line 3, column 7", counting characters.
  std::string place(const char* at) const;

 private:
  bool fail_unexpected(std::string_view wanted);
  bool read_escaped(const char* begin, std::string_view& out);
  bool read_escape();
  bool read_surrogates(const char* begin, std::uint32_t high);
  std::optional<std::uint32_t> read_hex_unit();
  bool pass_character();
  bool skip_object(Types* types);
  bool skip_list(Types* types);

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const char* name_at_ = nullptr;
  int depth_ = 0;
  std::string unescaped_;
  std::optional<Fault> fault_;
};

}  // namespace florin::rpc::json
