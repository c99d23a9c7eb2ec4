#include "http/h2_request_reader.h"

#include <algorithm>

#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t method_bytes_max = 32;
// What RFC 9113 section 6.5.2 counts for a field beside its name and value.
constexpr std::size_t field_overhead_bytes = 32;
// A block this many times over the limit is not read to its end.
constexpr std::size_t hopeless_factor = 8;

constexpr const char* too_large = "The header fields are too many or too large.";

}  // namespace

void H2RequestReader::begin() {
  count_ = bytes_ = trailer_count_ = trailer_bytes_ = 0;
  expects_continue_ = false;
  cookie_.clear();
  refusal_.reset();
}

void H2RequestReader::refuse(int status, const char* reason) {
  if (!refusal_) refusal_ = Refusal{status, reason};
}

bool H2RequestReader::add(RequestHead& head, std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + field_overhead_bytes;
  if (++count_ > limits_.header_count_max || bytes_ > limits_.header_bytes_max) {
    refuse(431, too_large);
    return bytes_ <= limits_.header_bytes_max * hopeless_factor;
  }
  if (name.front() == ':') {
    add_pseudo(head, name, value);
    return true;
  }
  if (name == "cookie") {
    // RFC 9113 section 8.2.3: a cookie may come in several fields, and is one for those who read it.
    if (!cookie_.empty() && !value.empty()) cookie_ += "; ";
    cookie_ += value;
    return true;
  }
  if (name == "host") {
    if (head.authority.empty()) head.authority = value;
    if (head.authority != value) refuse(400, "The Host header and :authority differ.");
  } else if (name == "expect") {
    expects_continue_ = equals_ignoring_case(value, "100-continue");
    if (!expects_continue_) refuse(417, "Only 100-continue can be expected.");
  }
  head.headers.add(std::string(name), std::string(value));
  return true;
}

void H2RequestReader::add_pseudo(RequestHead& head, std::string_view name, std::string_view value) {
  if (name == ":method") {
    head.method = value;
  } else if (name == ":path") {
    const std::size_t path_end = std::min(value.find('?'), value.size());
    head.path = value.substr(0, path_end);
    if (path_end < value.size()) head.query = value.substr(path_end + 1);
  } else if (name == ":authority") {
    head.authority = value;
  }
}

std::optional<H2RequestReader::Refusal> H2RequestReader::finish(RequestHead& head) {
  if (refusal_) return refusal_;
  if (!cookie_.empty()) head.headers.add("cookie", std::move(cookie_));
  if (head.method.size() > method_bytes_max || head.method == "CONNECT") {
    return Refusal{501, "This method is not supported."};
  }
  const bool asterisk = head.path == "*" && head.method == "OPTIONS";
  if (!asterisk && !head.path.starts_with('/')) return Refusal{400, "The request target must begin with a slash."};
  if (!is_percent_encoded(head.path, char_path) || !is_percent_encoded(head.query, char_query)) {
    return Refusal{400, "The request target has a character that must be percent-encoded."};
  }
  if (head.authority != valid_authority_) {
    if (!is_authority(head.authority)) return Refusal{400, "The request names no valid host."};
    valid_authority_ = head.authority;
  }
  return std::nullopt;
}

bool H2RequestReader::add_trailer(std::string_view name, std::string_view value) {
  trailer_bytes_ += name.size() + value.size() + field_overhead_bytes;
  return ++trailer_count_ <= limits_.trailer_count_max && trailer_bytes_ <= limits_.trailer_bytes_max;
}

}  // namespace florin::http
