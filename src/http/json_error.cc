#include "http/json_error.h"

#include <fmt/format.h>

namespace florin::http {
namespace {

// Connect protocol, "HTTP to Error Code", extended by the statuses this room answers itself.
Code code_of(int status) {
  switch (status) {
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::permission_denied;
    case 404:
      return Code::not_found;
    case 405:
    case 501:
    case 505:
      return Code::unimplemented;
    case 408:
      return Code::deadline_exceeded;
    case 413:
    case 414:
    case 429:
    case 431:
      return Code::resource_exhausted;
    case 500:
      return Code::internal;
    case 502:
    case 503:
    case 504:
      return Code::unavailable;
    default:
      return status >= 400 && status < 500 ? Code::invalid_argument : Code::unknown;
  }
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string json_error_body(int status, std::string_view message) {
  std::string body = fmt::format(R"({{"code":"{}","message":")", code_name(code_of(status)));
  append_escaped(body, message);
  return body += "\"}";
}

Task<Status> respond_error(Exchange& exchange, int status, std::string_view message) {
  ResponseHead head{.status = status};
  head.headers.add("content-type", "application/json");
  co_return co_await exchange.respond(std::move(head), json_error_body(status, message));
}

}  // namespace florin::http
