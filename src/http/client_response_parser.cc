#include "http/client_response_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "http/h1_writer.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t field_overhead_bytes = 32;  // RFC 9113 section 6.5.2
constexpr std::size_t chunk_size_digits_max = 15;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void ResponseParser::begin(bool to_head) {
  CHECK(state_ == State::idle, "one answer after the other");
  to_head_ = to_head;
  trailers_.clear();
  begin_head();
}

void ResponseParser::begin_head() {
  head_ = ResponseHead{};
  http_1_0_ = chunked_ = has_length_ = false;
  keep_alive_ = true;
  remaining_ = 0;
  field_bytes_ = 0;
  state_ = State::status_line;
}

bool ResponseParser::refuse(const char* reason) {
  state_ = State::failed;
  reason_ = reason;
  return false;
}

ResponseParser::Event ResponseParser::next(std::string_view& input) {
  for (;;) {
    switch (state_) {
      case State::failed:
        return Event::error;
      case State::idle:
        if (input.empty()) return Event::need_more;
        refuse("The server sent something that nobody asked for.");
        continue;
      case State::done:
        state_ = State::idle;
        return Event::end;
      case State::body:
      case State::body_to_close:
      case State::chunk_data:
        return take_body(input);
      default:
        break;
    }
    const bool was_in_head = state_ == State::status_line || state_ == State::fields;
    std::string_view line;
    if (!take_line(input, line)) return state_ == State::failed ? Event::error : Event::need_more;
    if (!parse_line(line)) return Event::error;
    if (was_in_head && state_ != State::status_line && state_ != State::fields) return Event::head;
  }
}

ResponseParser::Event ResponseParser::end_of_input() {
  if (state_ == State::body_to_close) {
    state_ = State::idle;
    return Event::end;
  }
  if (state_ != State::failed) refuse("The connection ended before the answer did.");
  return Event::error;
}

std::size_t ResponseParser::line_bytes_max() const {
  switch (state_) {
    case State::chunk_size:
      return limits_.chunk_line_bytes_max + 2;
    case State::chunk_end:
      return 2;
    default:
      return limits_.header_bytes_max - std::min(field_bytes_, limits_.header_bytes_max) + 2;
  }
}

// A line with its CR LF, given without; false where there is no whole one yet, or it is refused.
bool ResponseParser::take_line(std::string_view& input, std::string_view& line) {
  if (input.empty()) return false;
  const auto* newline = static_cast<const char*>(std::memchr(input.data(), '\n', input.size()));
  const std::size_t taken = newline != nullptr ? static_cast<std::size_t>(newline - input.data()) + 1 : input.size();
  const std::size_t total = partial_line_.size() + taken;
  if (total > line_bytes_max() || (newline == nullptr && total == line_bytes_max())) {
    if (state_ == State::chunk_end) return refuse("A chunk is longer than its size says.");
    too_large_ = state_ != State::chunk_size;
    return refuse("A line of the answer is too long.");
  }
  if (newline == nullptr) {
    partial_line_.append(input);
    input = {};
    return false;
  }
  line = input.substr(0, taken);
  if (!partial_line_.empty()) {
    joined_line_.swap(partial_line_);
    partial_line_.clear();
    line = joined_line_.append(line);
  }
  input.remove_prefix(taken);
  if (line.size() < 2 || line[line.size() - 2] != '\r') return refuse("A line of the answer does not end in CR LF.");
  line.remove_suffix(2);
  return true;
}

bool ResponseParser::parse_line(std::string_view line) {
  switch (state_) {
    case State::status_line:
      return parse_status_line(line);
    case State::fields:
      return line.empty() ? end_head() : parse_field(line);
    case State::chunk_size:
      return parse_chunk_size(line);
    case State::chunk_end:
      state_ = State::chunk_size;
      return line.empty() || refuse("A chunk is longer than its size says.");
    default:
      return parse_trailer(line);
  }
}

// RFC 9112 section 4: "HTTP/1.1 200 OK". The space before an absent reason is often left out.
bool ResponseParser::parse_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || (line[7] != '1' && line[7] != '0') || line[8] != ' ') {
    return refuse("The server does not speak HTTP/1.1.");
  }
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || line[9] == '0') {
    return refuse("The status is not a number of three digits.");
  }
  if (line.size() > 12 && (line[12] != ' ' || !all_are(line.substr(12), char_value))) {
    return refuse("The status line is malformed.");
  }
  http_1_0_ = line[7] == '0';
  keep_alive_ = !http_1_0_;
  head_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  state_ = State::fields;
  return true;
}

bool ResponseParser::add_field(std::string_view line, Headers& to) {
  field_bytes_ += line.size() + field_overhead_bytes;
  if (field_bytes_ > limits_.header_bytes_max) {
    too_large_ = true;
    return refuse("The header fields of the answer are too large.");
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  if (colon == line.size() || !is_token(name)) return refuse("A header line is not a name and a value.");
  const std::string_view value = trim(line.substr(colon + 1));
  if (!all_are(value, char_value)) return refuse("A header value has a control character.");
  to.add(to_lower(name), std::string(value));
  return true;
}

bool ResponseParser::parse_field(std::string_view line) {
  if (!add_field(line, head_.headers)) return false;
  const Headers::Field& field = head_.headers.fields().back();
  return parse_framing_field(field.name, field.value);
}

bool ResponseParser::parse_framing_field(std::string_view name, std::string_view value) {
  if (name == "connection") {
    if (list_has(value, "close")) keep_alive_ = false;
    return true;
  }
  if (name == "content-length") {
    if (std::exchange(has_length_, true)) return refuse("There is more than one Content-Length.");
    const auto length = parse_decimal(value);
    if (!length) return refuse("Content-Length is not a number.");
    remaining_ = *length;
  } else if (name == "transfer-encoding") {
    if (http_1_0_ || std::exchange(chunked_, true) || !equals_ignoring_case(value, "chunked")) {
      return refuse("The only transfer coding known here is chunked, once.");
    }
  }
  if (has_length_ && chunked_) return refuse("Content-Length and Transfer-Encoding exclude each other.");
  return true;
}

// RFC 9112 section 6.3.
bool ResponseParser::end_head() {
  if (head_.status == 101) return refuse("The server changed the protocol without being asked.");
  if (head_.status < 200) {
    begin_head();
    return true;
  }
  field_bytes_ = 0;
  if (to_head_ || status_is_bodiless(head_.status)) {
    state_ = State::done;
  } else if (chunked_) {
    state_ = State::chunk_size;
  } else if (has_length_) {
    state_ = remaining_ > 0 ? State::body : State::done;
  } else {
    keep_alive_ = false;
    state_ = State::body_to_close;
  }
  return true;
}

ResponseParser::Event ResponseParser::take_body(std::string_view& input) {
  if (input.empty()) return Event::need_more;
  if (state_ == State::body_to_close) {
    body_ = std::exchange(input, {});
    return Event::body;
  }
  body_ = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
  input.remove_prefix(body_.size());
  remaining_ -= body_.size();
  if (remaining_ == 0) state_ = state_ == State::chunk_data ? State::chunk_end : State::done;
  return Event::body;
}

// RFC 9112 section 7.1: hexadecimal digits, then perhaps extensions, which mean nothing to us.
bool ResponseParser::parse_chunk_size(std::string_view line) {
  std::size_t digits = 0;
  remaining_ = 0;
  for (; digits < line.size() && is(line[digits], char_hex); ++digits) {
    if (digits == chunk_size_digits_max) return refuse("A chunk is larger than any body.");
    const char c = lower(line[digits]);
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  const std::string_view extension = trim(line.substr(digits));
  if (digits == 0 || (!extension.empty() && extension.front() != ';') || !all_are(extension, char_value)) {
    return refuse("A chunk size is not a hexadecimal number.");
  }
  state_ = remaining_ == 0 ? State::trailers : State::chunk_data;
  return true;
}

bool ResponseParser::parse_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::done;
    return true;
  }
  if (!add_field(line, trailers_)) return false;
  const std::string_view name = trailers_.fields().back().name;
  if (name != "content-length" && name != "transfer-encoding") return true;
  return refuse("A trailer must not say how the message is framed.");
}

}  // namespace florin::http
