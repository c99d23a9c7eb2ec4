#include "rpc/json/scanner.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "rpc/json/json.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {
namespace {

// Empty where the text is one JSON value, else place and fault.
std::string fault_of(std::string_view text) {
  Scanner scanner(text);
  if (scanner.skip_value() && scanner.read_end()) return {};
  return scanner.place(scanner.fault()->at) + ": " + scanner.fault()->what;
}

TEST(JsonScanner, AcceptsWhatRfc8259Allows) {
  for (const std::string_view text : {
           R"({})",
           R"([])",
           R"(null)",
           R"(true)",
           R"("")",
           R"(-0)",
           R"(0.5e-7)",
           R"(1E+2)",
           R"(123456789012345678901234567890)",
           " \t\r\n{ \"a\" : [ 1 , { } , [ ] , false ] , \"b\" : null } \n",
           R"("\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00")",
           "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
           R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})",
           R"({"":1," ":2})",
       }) {
    EXPECT_EQ(fault_of(text), "") << text;
  }
}

struct Refused {
  std::string_view text;
  std::string_view where_and_why;  // part of what is told
};

TEST(JsonScanner, RefusesEverythingElse) {
  const std::vector<Refused> table = {
      {"", "line 1, column 1: the text ends where a value was expected"},
      {" \n ", "line 2, column 2"},
      {"{'a':1}", "line 1, column 2: expected a name in double quotes, found '''"},
      {"{\"a\":'b'}", "column 6: expected a value, found '''"},
      {"{a:1}", "expected a name in double quotes, found 'a'"},
      {R"({"a":1,})", "column 8: expected a name in double quotes, found '}'"},
      {"[1,]", "column 4: expected a value, found ']'"},
      {"[,1]", "expected a value, found ','"},
      {R"({"a":1 "b":2})", "expected ',' or '}'"},
      {"[1 2]", "expected ',' or ']'"},
      {R"({"a"})", "expected ':'"},
      {R"({"a":})", "expected a value, found '}'"},
      {"{\n  \"a\": 1,\n  \"a\": 2\n}", "line 3, column 3: the name \"a\" appears twice"},
      {R"({"a":1,"b":2,"\u0061":3})", "column 14: the name \"a\" appears twice"},
      {R"({"\u0061":1,"\u0061":3})", "column 13: the name \"a\" appears twice"},
      {R"([{"x":{"y":1,"y":1}}])", "appears twice"},
      {"{} {}", "column 4: nothing may follow the value"},
      {"1 1", "nothing may follow"},
      {"// c\n{}", "found '/'"},
      {"{}/* */", "nothing may follow"},
      {"01", "may not begin with 0"},
      {"-", "a digit was expected"},
      {"+1", "found '+'"},
      {".5", "found '.'"},
      {"1.", "a digit was expected"},
      {"1e+", "a digit was expected"},
      {"0x10", "nothing may follow"},
      {"NaN", "found 'N'"},
      {"Infinity", "found 'I'"},
      {"-Infinity", "expected a digit, found 'I'"},
      {"True", "found 'T'"},
      {"nul", "expected a value"},
      {"truex", "nothing may follow"},
      {"\"abc", "column 1: a string is not closed"},
      {"\"a\nb\"", "control character"},
      {std::string_view("\"a\0b\"", 5), "control character"},
      {R"("\x41")", "after a backslash"},
      {R"("\)", "after a backslash"},
      {R"("\u12g4")", "four hexadecimal digits"},
      {R"("\u12)", "four hexadecimal digits"},
      {R"("\ud83d")", "unpaired surrogate"},
      {R"("\ud83d\u0041")", "unpaired surrogate"},
      {R"("\ude00")", "unpaired surrogate"},
      {"\"\xff\"", "not valid UTF-8"},
      {"\"\xc0\xaf\"", "not valid UTF-8"},          // overlong
      {"\"\xe0\x80\xaf\"", "not valid UTF-8"},      // overlong
      {"\"\xed\xa0\x80\"", "not valid UTF-8"},      // a surrogate
      {"\"\xf4\x90\x80\x80\"", "not valid UTF-8"},  // beyond U+10FFFF
      {"\"\xe2\x82\"", "not valid UTF-8"},          // cut short
      {"\xef\xbb\xbf{}", "column 1: expected a value, found byte 0xef"},
      {"[", "the text ends"},
      {"{", "the text ends"},
      {"{\"a\":1", "the text ends where ',' or '}' was expected"},
      {"]", "found ']'"},
      {"[}", "found '}'"},
      {"\"\xc3\xa4\" x", "column 5: nothing may follow"},  // columns count characters
      {std::string_view("{}\0", 3), "nothing may follow"},
  };
  for (const Refused& refused : table) {
    const std::string fault = fault_of(refused.text);
    EXPECT_NE(fault.find(refused.where_and_why), std::string::npos) << refused.text << " -> " << fault;
  }
}

TEST(JsonScanner, LimitsDepth) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(fault_of(nested(depth_max)), "");
  EXPECT_NE(fault_of(nested(depth_max + 1)), "");
  EXPECT_NE(fault_of(std::string(1'000'000, '[')), "");
}

TEST(JsonScanner, NeverReadsPastTheEnd) {
  const std::string text = R"({"a":[1.5e3,"x\u00e4\ud83d\ude00",true,null,{"b":-0}]})";
  for (std::size_t length = 0; length < text.size(); ++length) {
    // Memory of its own, so that the sanitizer sees a byte too many.
    const std::vector<char> cut(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(fault_of({cut.data(), cut.size()}), "") << length;
  }
}

TEST(JsonText, WritesWhatTheScannerReadsBack) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    std::string written;
    append_string(written, bytes);
    Scanner scanner(written);
    std::string_view read;
    RC_ASSERT(scanner.peek() == '"');
    RC_ASSERT(scanner.read_string(read) && scanner.read_end());
    std::string again;
    append_string(again, read);
    RC_ASSERT(again == written);
  }));
}

TEST(JsonText, FindsTheEndOfPlainCharacters) {
  for (int special = 0; special < 256; ++special) {
    const bool is_plain = special >= 0x20 && special < 0x80 && special != '"' && special != '\\';
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(special);
      const char* const end = text.data() + text.size();
      EXPECT_EQ(plain_end(text.data(), end), is_plain ? end : text.data() + at) << special << " at " << at;
    }
  }
}

}  // namespace
}  // namespace florin::rpc::json
