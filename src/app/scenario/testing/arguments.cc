#include "app/scenario/testing/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace florin::app::scenario {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string Arguments::next(std::string_view what) {
  if (words_.empty()) {
    if (missing_.empty()) missing_ = what;
    return {};
  }
  std::string word = std::move(words_.front());
  words_.erase(words_.begin());
  return word;
}

std::optional<std::string> Arguments::next_if_any() {
  if (words_.empty()) return std::nullopt;
  return next({});
}

bool Arguments::flag(std::string_view word) {
  const auto found = std::ranges::find(words_, word);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

std::optional<std::string> Arguments::named(std::string_view name) {
  const auto found = named_.find(std::string(name));
  if (found == named_.end()) return std::nullopt;
  std::string value = std::move(found->second);
  named_.erase(found);
  return value;
}

std::vector<std::string> Arguments::rest() {
  return std::exchange(words_, {});
}

Status Arguments::done() const {
  if (!missing_.empty()) return script_wrong(missing_ + " is missing");
  if (!words_.empty()) return script_wrong(fmt::format("'{}' is not understood", words_.front()));
  if (!named_.empty()) return script_wrong(fmt::format("'{}=' is not understood", named_.begin()->first));
  return ok();
}

Result<std::int64_t> parse_amount(std::string_view text, int decimals) {
  const Error wrong = script_wrong(fmt::format("'{}' is no amount with {} decimals", text, decimals));
  const std::size_t point = text.find('.');
  const std::string_view behind = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (behind.size() != static_cast<std::size_t>(decimals)) return wrong;
  const std::string digits = std::string(text.substr(0, point)) + std::string(behind);
  const auto minor = parse_integer(digits);
  if (!minor) return wrong;
  return *minor;
}

std::string format_amount(std::int64_t minor, int decimals) {
  std::string digits = fmt::format("{:0{}}", minor, decimals + 1);
  if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), ".");
  return digits;
}

Result<Duration> parse_duration(std::string_view text) {
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_integer(text.substr(0, unit_at));
  const std::string_view unit = text.substr(unit_at);
  if (count && unit == "ms") return Duration::milliseconds(*count);
  if (count && unit == "s") return Duration::seconds(*count);
  if (count && unit == "m") return Duration::minutes(*count);
  if (count && unit == "h") return Duration::hours(*count);
  if (count && unit == "d") return Duration::days(*count);
  return script_wrong(fmt::format("'{}' is no length of time: 500ms, 2s, 5m, 1h, 7d", text));
}

Result<Currency> parse_currency(std::string_view code) {
  const auto currency = Currency::parse(code);
  if (!currency) return script_wrong(fmt::format("'{}' is no currency", code));
  return *currency;
}

std::string word_of(std::string_view enumerator, std::string_view prefix) {
  if (enumerator.starts_with(prefix)) enumerator.remove_prefix(prefix.size());
  std::string word(enumerator);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return word;
}

}  // namespace florin::app::scenario
