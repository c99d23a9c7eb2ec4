#include "rpc/json/well_known_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

namespace florin::rpc::json {
namespace {

constexpr std::int64_t timestamp_min = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t timestamp_max = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t duration_max = 315'576'000'000;
constexpr std::int32_t nanos_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Takes pieces off the front of a text; after the first piece that does not fit, `fits` is false.
struct Cutter {
  std::string_view rest;
  bool fits = true;

  bool take_if(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void take(char c) { fits = take_if(c) && fits; }

  // Exactly `count` digits, whose number is at most `max`.
  int take_number(std::size_t count, int max) {
    int number = 0;
    if (rest.size() < count) fits = false;
    for (std::size_t i = 0; fits && i < count; ++i) {
      fits = is_digit(rest[i]);
      number = number * 10 + (rest[i] - '0');
    }
    if (number > max) fits = false;
    if (fits) rest.remove_prefix(count);
    return number;
  }

  // ".5": one to nine digits as nanoseconds; 0 where there is no dot.
  std::int32_t take_fraction() {
    if (!take_if('.')) return 0;
    const std::size_t found = rest.find_first_not_of("0123456789");
    const std::size_t count = std::min(found, rest.size());
    if (count == 0 || count > 9) {
      fits = false;
      return 0;
    }
    std::int32_t nanos = take_number(count, nanos_per_second - 1);
    for (std::size_t i = count; i < 9; ++i) nanos *= 10;
    return nanos;
  }
};

// Seconds east of UTC.
std::int64_t take_offset(Cutter& cutter) {
  if (cutter.take_if('Z')) return 0;
  const bool west = cutter.take_if('-');
  if (!west) cutter.take('+');
  const int hours = cutter.take_number(2, 23);
  cutter.take(':');
  const int minutes = cutter.take_number(2, 59);
  const std::int64_t offset = hours * 3'600 + minutes * 60;
  return west ? -offset : offset;
}

void append_fraction(std::string& out, std::int32_t nanos) {
  if (nanos == 0) return;
  const auto put = std::back_inserter(out);
  if (nanos % 1'000'000 == 0) {
    fmt::format_to(put, ".{:03}", nanos / 1'000'000);
  } else if (nanos % 1'000 == 0) {
    fmt::format_to(put, ".{:06}", nanos / 1'000);
  } else {
    fmt::format_to(put, ".{:09}", nanos);
  }
}

}  // namespace

std::optional<Seconds> parse_timestamp(std::string_view text) {
  Cutter cutter{text};
  const int year = cutter.take_number(4, 9'999);
  cutter.take('-');
  const int month = cutter.take_number(2, 12);
  cutter.take('-');
  const int day = cutter.take_number(2, 31);
  cutter.take('T');
  const int hour = cutter.take_number(2, 23);
  cutter.take(':');
  const int minute = cutter.take_number(2, 59);
  cutter.take(':');
  const int second = cutter.take_number(2, 59);
  const std::int32_t nanos = cutter.take_fraction();
  const std::int64_t offset = take_offset(cutter);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!cutter.fits || !cutter.rest.empty() || year == 0 || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * seconds_per_day + hour * 3'600 + minute * 60 + second - offset;
  if (seconds < timestamp_min || seconds > timestamp_max) return std::nullopt;
  return Seconds{seconds, nanos};
}

bool append_timestamp(std::string& out, const Seconds& time) {
  if (time.seconds < timestamp_min || time.seconds > timestamp_max) return false;
  if (time.nanos < 0 || time.nanos >= nanos_per_second) return false;
  const std::chrono::sys_seconds moment{std::chrono::seconds(time.seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(midnight);
  const auto second = (moment - midnight).count();
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3'600,
                 second / 60 % 60, second % 60);
  append_fraction(out, time.nanos);
  out += 'Z';
  return true;
}

std::optional<Seconds> parse_duration(std::string_view text) {
  Cutter cutter{text};
  const bool negative = cutter.take_if('-');
  const std::size_t digits = std::min(cutter.rest.find_first_not_of("0123456789"), cutter.rest.size());
  if (digits == 0 || (digits > 1 && cutter.rest.starts_with('0'))) return std::nullopt;
  Seconds duration;
  const char* const whole = cutter.rest.data();
  if (std::from_chars(whole, whole + digits, duration.seconds).ec != std::errc()) return std::nullopt;
  cutter.rest.remove_prefix(digits);
  duration.nanos = cutter.take_fraction();
  cutter.take('s');
  if (!cutter.fits || !cutter.rest.empty()) return std::nullopt;
  if (duration.seconds > duration_max || (duration.seconds == duration_max && duration.nanos > 0)) return std::nullopt;
  if (negative) duration = {-duration.seconds, -duration.nanos};
  return duration;
}

bool append_duration(std::string& out, const Seconds& duration) {
  const auto [seconds, nanos] = duration;
  if (seconds < -duration_max || seconds > duration_max) return false;
  if (nanos <= -nanos_per_second || nanos >= nanos_per_second) return false;
  if ((seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) return false;
  if ((seconds == duration_max || seconds == -duration_max) && nanos != 0) return false;
  if (seconds < 0 || nanos < 0) out += '-';
  fmt::format_to(std::back_inserter(out), "{}", seconds < 0 ? -seconds : seconds);
  append_fraction(out, nanos < 0 ? -nanos : nanos);
  out += 's';
  return true;
}

bool append_camel_path(std::string& out, std::string_view path) {
  if (path.empty()) return false;
  char before = '.';
  for (const char c : path) {
    if (before == '_') {
      if (!is_lower(c)) return false;
      out += static_cast<char>(c - 'a' + 'A');
    } else if (is_lower(c) || is_digit(c) || (c == '.' && before != '.')) {
      out += c;
    } else if (c != '_') {
      return false;
    }
    before = c;
  }
  return before != '_' && before != '.';
}

bool append_snake_path(std::string& out, std::string_view path) {
  if (path.empty()) return false;
  char before = '.';
  for (const char c : path) {
    if (is_upper(c)) {
      out += {'_', static_cast<char>(c - 'A' + 'a')};
    } else if (is_lower(c) || is_digit(c) || (c == '.' && before != '.')) {
      out += c;
    } else {
      return false;
    }
    before = c;
  }
  return before != '.';
}

std::optional<std::string> parse_any_base64(std::string_view text) {
  static constexpr auto values = [] {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i) {
      table[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    }
    table['-'] = 62;
    table['_'] = 63;
    return table;
  }();
  if (text.size() % 4 == 0) {
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  int count = 0;
  for (const char c : text) {
    const std::int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    pending = (pending << 6) | static_cast<std::uint8_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((pending >> count) & 0xff));
    }
  }
  return bytes;
}

}  // namespace florin::rpc::json
