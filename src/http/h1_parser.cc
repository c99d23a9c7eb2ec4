#include "http/h1_parser.h"

#include <algorithm>
#include <cstring>

#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t method_bytes_max = 32;
constexpr std::size_t chunk_size_digits_max = 16;

struct FieldLine {
  std::string_view name{};
  std::string_view value{};
  const char* broken = nullptr;
};

// RFC 9112 section 5: name, colon, optional space, value. A line that begins with a space is a folded one and has no
// name.
FieldLine split_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {.broken = "A header line has no colon."};
  FieldLine field{.name = line.substr(0, colon), .value = trim(line.substr(colon + 1))};
  if (!is_token(field.name)) field.broken = "A header name has a character that is not allowed there.";
  if (!all_are(field.value, char_value)) field.broken = "A header value has a control character.";
  return field;
}

}  // namespace

H1Parser::Event H1Parser::fail(int status, const char* reason) {
  state_ = State::failed;
  status_ = status;
  reason_ = reason;
  return Event::error;
}

bool H1Parser::refuse(int status, const char* reason) {
  fail(status, reason);
  return false;
}

H1Parser::Event H1Parser::next(std::string_view& input) {
  for (;;) {
    switch (state_) {
      case State::failed:
        return Event::error;
      case State::done:
        state_ = State::request_line;
        return Event::end;
      case State::body:
        if (content_length_ > limits_.body_bytes_max) return fail(413, "The request body is too large.");
        return take_body(input, State::done);
      case State::chunk_data:
        return take_body(input, State::chunk_end);
      default:
        break;
    }
    std::string_view line;
    const bool was_in_head = state_ == State::request_line || state_ == State::fields;
    if (!take_line(input, line)) return state_ == State::failed ? Event::error : Event::need_more;
    if (!parse_line(line)) return Event::error;
    if (was_in_head && state_ != State::request_line && state_ != State::fields) return Event::head;
  }
}

bool H1Parser::parse_line(std::string_view line) {
  switch (state_) {
    case State::request_line:
      return parse_request_line(line);
    case State::fields:
      return line.empty() ? end_head() : parse_field(line);
    case State::chunk_size:
      return parse_chunk_size(line);
    case State::chunk_end:
      state_ = State::chunk_size;
      return line.empty() || refuse(400, "A chunk is longer than its size says.");
    case State::trailers:
      return parse_trailer(line);
    default:
      return false;
  }
}

std::size_t H1Parser::line_bytes_max() const {
  switch (state_) {
    case State::request_line:
      return limits_.request_line_bytes_max + 2;
    case State::fields:
      return limits_.header_bytes_max - field_bytes_ + 2;
    case State::trailers:
      return limits_.trailer_bytes_max - field_bytes_ + 2;
    case State::chunk_end:
      return 2;
    default:
      return limits_.chunk_line_bytes_max + 2;
  }
}

bool H1Parser::refuse_long_line() {
  switch (state_) {
    case State::request_line:
      return refuse(414, "The request line is too long.");
    case State::fields:
    case State::trailers:
      return refuse(431, "The header fields are too large.");
    case State::chunk_end:
      return refuse(400, "A chunk is longer than its size says.");
    default:
      return refuse(400, "A chunk-size line is too long.");
  }
}

bool H1Parser::take_line(std::string_view& input, std::string_view& line) {
  if (input.empty()) return false;
  const bool at_request_start = state_ == State::request_line && partial_line_.empty();
  if (at_request_start && !is(input.front(), char_token) && input.front() != '\r') {
    return refuse(400, "This is not an HTTP request.");
  }
  const auto* newline = static_cast<const char*>(std::memchr(input.data(), '\n', input.size()));
  const std::size_t taken = newline ? static_cast<std::size_t>(newline - input.data()) + 1 : input.size();
  const std::size_t total = partial_line_.size() + taken;
  if (total > line_bytes_max() || (!newline && total == line_bytes_max())) return refuse_long_line();
  if (!newline) {
    partial_line_.append(input);
    input = {};
    return false;
  }
  if (partial_line_.empty()) {
    line = input.substr(0, taken);
  } else {
    joined_line_.swap(partial_line_);
    partial_line_.clear();
    line = joined_line_.append(input.substr(0, taken));
  }
  input.remove_prefix(taken);
  if (line.size() < 2 || line[line.size() - 2] != '\r') return refuse(400, "A line does not end in CR LF.");
  line.remove_suffix(2);
  return true;
}

void H1Parser::begin_request() {
  skipped_empty_line_ = false;
  head_.method.clear();
  head_.path.clear();
  head_.query.clear();
  head_.authority.clear();
  head_.headers.clear();
  target_has_authority_ = has_host_ = has_content_length_ = chunked_ = expects_continue_ = false;
  keep_alive_ = true;
  content_length_ = remaining_ = body_bytes_ = 0;
  field_count_ = field_bytes_ = chunk_extension_bytes_ = 0;
  state_ = State::fields;
}

bool H1Parser::parse_request_line(std::string_view line) {
  // RFC 9112 section 2.2: an empty line before a request is left over by clients that end a body with one.
  if (line.empty() && !skipped_empty_line_) return skipped_empty_line_ = true;
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return refuse(400, "The request line is not METHOD TARGET VERSION.");
  const std::string_view method = line.substr(0, first);
  if (!is_token(method)) return refuse(400, "The method has a character that is not allowed there.");
  if (method.size() > method_bytes_max || method == "CONNECT") return refuse(501, "This method is not supported.");
  const std::size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  if (!parse_version(line.substr(second + 1))) return false;
  begin_request();
  if (http_1_0_) keep_alive_ = false;
  head_.method = method;
  return parse_target(line.substr(first + 1, second - first - 1));
}

bool H1Parser::parse_version(std::string_view version) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(version[5]) || version[6] != '.' ||
      !digit(version[7])) {
    return refuse(400, "The request line is not METHOD TARGET VERSION.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  http_1_0_ = version[7] == '0';
  return true;
}

// RFC 9112 section 3.2: origin form, absolute form, and "*" for OPTIONS.
bool H1Parser::parse_target(std::string_view target) {
  if (target == "*" && head_.method == "OPTIONS") {
    head_.path = target;
    return true;
  }
  if (!target.starts_with('/')) {
    const std::size_t scheme_end = target.find("://");
    const std::string_view scheme = target.substr(0, std::min(scheme_end, target.size()));
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
      return refuse(400, "The request target must begin with a slash.");
    }
    target.remove_prefix(scheme_end + 3);
    const std::size_t authority_end = std::min(target.find_first_of("/?"), target.size());
    if (!is_authority(target.substr(0, authority_end))) return refuse(400, "The request target names no valid host.");
    head_.authority = target.substr(0, authority_end);
    target_has_authority_ = true;
    target.remove_prefix(authority_end);
  }
  const std::size_t path_end = std::min(target.find('?'), target.size());
  head_.path = path_end == 0 ? "/" : target.substr(0, path_end);
  if (path_end < target.size()) head_.query = target.substr(path_end + 1);
  if (is_percent_encoded(head_.path, char_path) && is_percent_encoded(head_.query, char_query)) return true;
  return refuse(400, "The request target has a character that must be percent-encoded.");
}

bool H1Parser::parse_field(std::string_view line) {
  field_bytes_ += line.size() + 2;
  if (++field_count_ > limits_.header_count_max || field_bytes_ > limits_.header_bytes_max) {
    return refuse(431, "The header fields are too many or too large.");
  }
  const FieldLine field = split_field(line);
  if (field.broken) return refuse(400, field.broken);
  std::string name = to_lower(field.name);
  if (!parse_framing_field(name, field.value)) return false;
  head_.headers.add(std::move(name), std::string(field.value));
  return true;
}

bool H1Parser::parse_framing_field(std::string_view name, std::string_view value) {
  if (name == "host") return parse_host(value);
  if (name == "content-length") return parse_content_length(value);
  if (name == "transfer-encoding") return parse_transfer_encoding(value);
  if (name == "connection") {
    if (list_has(value, "close")) keep_alive_ = false;
    return true;
  }
  if (name == "expect" && !http_1_0_) {
    expects_continue_ = true;
    return equals_ignoring_case(value, "100-continue") || refuse(417, "Only 100-continue can be expected.");
  }
  return true;
}

bool H1Parser::parse_host(std::string_view value) {
  if (std::exchange(has_host_, true)) return refuse(400, "There is more than one Host header.");
  if (!is_authority(value)) return refuse(400, "The Host header is not a host.");
  // RFC 9112 section 3.2.2: the host in the target is the one that counts.
  if (!target_has_authority_) head_.authority = value;
  return true;
}

bool H1Parser::parse_content_length(std::string_view value) {
  if (std::exchange(has_content_length_, true)) return refuse(400, "There is more than one Content-Length header.");
  if (chunked_) return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  const auto length = parse_decimal(value);
  if (!length) return refuse(400, "Content-Length is not a number.");
  content_length_ = *length;
  return true;
}

bool H1Parser::parse_transfer_encoding(std::string_view value) {
  if (http_1_0_) return refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
  if (has_content_length_) return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  if (std::exchange(chunked_, true)) return refuse(400, "There is more than one Transfer-Encoding header.");
  return equals_ignoring_case(value, "chunked") || refuse(501, "The only transfer coding known here is chunked.");
}

bool H1Parser::end_head() {
  if (!has_host_ && !http_1_0_) return refuse(400, "The Host header is missing.");
  field_count_ = field_bytes_ = 0;
  remaining_ = content_length_;
  state_ = chunked_ ? State::chunk_size : content_length_ > 0 ? State::body : State::done;
  return true;
}

H1Parser::Event H1Parser::take_body(std::string_view& input, State after) {
  if (input.empty()) return Event::need_more;
  body_ = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
  input.remove_prefix(body_.size());
  remaining_ -= body_.size();
  if (remaining_ == 0) state_ = after;
  return Event::body;
}

// RFC 9112 section 7.1: hexadecimal digits, then perhaps extensions, which mean nothing to us.
bool H1Parser::parse_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && is(line[digits], char_hex); ++digits) {
    if (digits == chunk_size_digits_max) return refuse(413, "The request body is too large.");
    const char c = lower(line[digits]);
    size = size * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  const std::string_view extension = line.substr(digits);
  if (digits == 0 || (!extension.empty() && extension.front() != ';') || !all_are(extension, char_value)) {
    return refuse(400, "A chunk size is not a hexadecimal number.");
  }
  chunk_extension_bytes_ += extension.size();
  if (chunk_extension_bytes_ > limits_.chunk_extension_bytes_max) return refuse(400, "Too many chunk extensions.");
  if (size > limits_.body_bytes_max - body_bytes_) return refuse(413, "The request body is too large.");
  body_bytes_ += size;
  remaining_ = size;
  state_ = size == 0 ? State::trailers : State::chunk_data;
  return true;
}

// Trailers are checked and dropped: nothing above reads them.
bool H1Parser::parse_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::done;
    return true;
  }
  field_bytes_ += line.size() + 2;
  if (++field_count_ > limits_.trailer_count_max || field_bytes_ > limits_.trailer_bytes_max) {
    return refuse(431, "The trailer fields are too many or too large.");
  }
  const FieldLine field = split_field(line);
  if (field.broken) return refuse(400, field.broken);
  const std::string name = to_lower(field.name);
  if (name == "content-length" || name == "transfer-encoding" || name == "host") {
    return refuse(400, "A trailer must not say how the message is framed.");
  }
  return true;
}

}  // namespace florin::http
