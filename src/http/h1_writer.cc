#include "http/h1_writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

#include "http/json_error.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct StatusPhrase {
  int status;
  std::string_view phrase;
};

// The most frequent first: the search ends there.
constexpr std::array<StatusPhrase, 36> status_phrases = {{
    {200, "OK"},
    {100, "Continue"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

bool is_transport_field(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection" || name == "keep-alive" ||
         name == "date";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

Error invalid_header(std::string_view name) {
  return internal_error("invalid_header", fmt::format("The answer's header \"{}\" cannot be sent as it is.", name));
}

Status check_fields(const Headers& headers) {
  for (const auto& [name, value] : headers.fields()) {
    if (!is_field(name, value)) return invalid_header(is_token(name) ? name : "?");
  }
  return ok();
}

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  char digits[24];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), value, base).ptr);
}

}  // namespace

std::string_view status_phrase(int status) {
  for (const auto& [known, phrase] : status_phrases) {
    if (known == status) return phrase;
  }
  return "Unknown";
}

bool status_is_bodiless(int status) {
  return status < 200 || status == 204 || status == 304;
}

std::string http_date(Timestamp time) {
  using namespace std::chrono;
  const sys_time<seconds> point = floor<seconds>(sys_time<microseconds>{microseconds{time.micros}});
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()), month_names[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 29) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t count) {
    return parse_decimal(text.substr(at, count)).value_or(10'000);
  };
  std::size_t month_index = 0;
  while (month_index < month_names.size() && month_names[month_index] != text.substr(8, 3)) ++month_index;
  const year_month_day date{year{static_cast<int>(number(12, 4))}, month{static_cast<unsigned>(month_index + 1)},
                            std::chrono::day{static_cast<unsigned>(number(5, 2))}};
  if (!date.ok() || number(17, 2) > 23 || number(20, 2) > 59 || number(23, 2) > 59) return std::nullopt;
  const auto point = sys_days{date} + hours{number(17, 2)} + minutes{number(20, 2)} + seconds{number(23, 2)};
  const Timestamp time{duration_cast<microseconds>(point.time_since_epoch()).count()};
  if (http_date(time) != text) return std::nullopt;
  return time;
}

Status append_head(std::string& out, const ResponseHead& head, const H1HeadOptions& options) {
  RETURN_IF_ERROR(check_fields(head.headers));
  if (head.status < 200 || head.status > 599)
    return internal_error("invalid_status", "The answer's status is not one.");
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(head.status));
  out.append(" ").append(status_phrase(head.status)).append("\r\n");
  for (const auto& [name, value] : head.headers.fields()) {
    if (!is_transport_field(name)) append_field(out, name, value);
  }
  append_field(out, "date", options.date);
  if (options.close) append_field(out, "connection", "close");
  if (options.chunked) append_field(out, "transfer-encoding", "chunked");
  if (options.content_length) {
    out.append("content-length: ");
    append_number(out, *options.content_length);
    out.append("\r\n");
  }
  out.append("\r\n");
  return ok();
}

void append_chunk(std::string& out, std::string_view piece) {
  append_number(out, piece.size(), 16);
  out.append("\r\n").append(piece).append("\r\n");
}

Status append_last_chunk(std::string& out, const Headers& trailers) {
  RETURN_IF_ERROR(check_fields(trailers));
  out.append("0\r\n");
  for (const auto& [name, value] : trailers.fields()) {
    if (!is_transport_field(name)) append_field(out, name, value);
  }
  out.append("\r\n");
  return ok();
}

void append_refusal(std::string& out, int status, std::string_view reason, std::string_view date) {
  const std::string body = json_error_body(status, reason);
  ResponseHead head{.status = status};
  head.headers.add("content-type", "application/json");
  const Status appended = append_head(out, head, {.date = date, .close = true, .content_length = body.size()});
  CHECK(appended.ok(), "{}", appended.error().to_string());
  out.append(body);
}

}  // namespace florin::http
