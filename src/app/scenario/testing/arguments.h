// Arguments: what stands behind a step's first word, taken one by one, so that a word nobody takes is an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/scenario/testing/script.h"
#include "base/money.h"
#include "base/time.h"

namespace florin::app::scenario {

class Arguments {
 public:
  // Begins behind the words already taken (the step's name, usually).
  explicit Arguments(const Line& line, std::size_t taken = 1)
      : line_(line),
        words_(line.words.begin() + static_cast<std::ptrdiff_t>(taken), line.words.end()),
        named_(line.named) {}

  // The next word; empty, and an error at done(), if there is none. `what` is said in the error.
  std::string next(std::string_view what);
  // The next word, if there is one.
  std::optional<std::string> next_if_any();
  // Whether `word` stands anywhere among the words left; takes it.
  bool flag(std::string_view word);
  // The value of name=value.
  std::optional<std::string> named(std::string_view name);
  // All words that are left.
  std::vector<std::string> rest();

  const Line& line() const { return line_; }

  // The first error, or what nobody took. To be asked before the step does anything.
  Status done() const;

 private:
  const Line& line_;
  std::vector<std::string> words_;
  std::map<std::string, std::string> named_;
  std::string missing_;
};

// "12.50" in a currency of two decimals is 1250; the decimals must be the currency's. Errors: script_wrong.
Result<std::int64_t> parse_amount(std::string_view text, int decimals);
std::string format_amount(std::int64_t minor, int decimals);
// "500ms", "2s", "5m", "1h", "7d". Errors: script_wrong.
Result<Duration> parse_duration(std::string_view text);
// Errors: script_wrong for an unknown currency.
Result<Currency> parse_currency(std::string_view code);

// "PAYMENT_STATUS_SUCCEEDED" without "PAYMENT_STATUS_", in lower case.
std::string word_of(std::string_view enumerator, std::string_view prefix);

}  // namespace florin::app::scenario
