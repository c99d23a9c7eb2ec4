#include "http/transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "http/address_policy.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

// Of all header lines of an answer.
constexpr std::size_t header_bytes_max = 256 * 1024;

// The methods of RFC 9110 section 9.2.1 that may be sent again without harm.
bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

long milliseconds(Duration duration) {
  return static_cast<long>(std::max<std::int64_t>(1, duration.to_milliseconds()));
}

Error network_error(Code code, std::string_view reason, std::string message) {
  return Error(code, ErrorDomain::network, reason, std::move(message)).with_retry();
}

}  // namespace

Transfer::Transfer() : easy_(curl_easy_init()) {
  CHECK(easy_ != nullptr, "out of memory");
}

Transfer::~Transfer() {
  curl_slist_free_all(header_list_);
  curl_easy_cleanup(easy_);
}

Status Transfer::begin(std::uint64_t number, ClientRequest request, Client::Callback done,
                       const ClientOptions& options) {
  number_ = number;
  request_ = std::move(request);
  done_ = std::move(done);
  reply_ = {};
  header_bytes_ = 0;
  may_be_sent_ = resend_refused_ = too_large_ = false;
  error_text_[0] = '\0';
  curl_easy_reset(easy_);
  if (!is_token(request_.method)) return invalid_argument("invalid_method", "The request's method is not a token.");
  for (const char c : request_.url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) {
      return invalid_argument("invalid_url", "The request's URL has a space or a control character.");
    }
  }
  RETURN_IF_ERROR(set_headers());
  set_method();
  set_options(options);
  return ok();
}

Status Transfer::set_headers() {
  curl_slist_free_all(std::exchange(header_list_, nullptr));
  const auto append = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(header_list_, line.c_str());
    CHECK(longer != nullptr, "out of memory");
    header_list_ = longer;
  };
  for (const auto& [name, value] : request_.headers.fields()) {
    if (!is_field(name, value) || name == "content-length" || name == "transfer-encoding") {
      return invalid_argument("invalid_header", "A header of the request cannot be sent as it is.");
    }
    append(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  // Without a value a line takes back what libcurl would add by itself.
  append("Expect:");
  if (!request_.headers.has("content-type")) append("Content-Type:");
  set(CURLOPT_HTTPHEADER, header_list_);
  return ok();
}

void Transfer::set_method() {
  const std::string& method = request_.method;
  const bool sends_body = !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (sends_body) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  if (method != "HEAD") set(CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Transfer::set_options(const ClientOptions& options) {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, options.proxy.c_str());
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_USERAGENT, "florin");
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  set(CURLOPT_TIMEOUT_MS, milliseconds(request_.total_timeout));
  set(CURLOPT_MAXAGE_CONN, static_cast<long>(std::max<std::int64_t>(1, options.idle_connection_max.to_seconds())));
  set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
  set(CURLOPT_ERRORBUFFER, error_text_);
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_PREREQFUNCTION, &Transfer::before_sending);
  set(CURLOPT_PREREQDATA, this);
  if (options.refuse_private_addresses) set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
}

// The one place where a request is allowed to leave.
int Transfer::before_sending(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (std::exchange(transfer.may_be_sent_, true) && !is_safe(transfer.request_.method)) {
    transfer.resend_refused_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

curl_socket_t Transfer::open_socket(void*, curlsocktype, curl_sockaddr* address) {
  if (!is_public_address(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > header_bytes_max) {
    transfer.too_large_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    // An interim answer's fields do not belong to the final one.
    transfer.reply_.headers.clear();
  } else if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (value.ends_with('\r') || value.ends_with('\n')) value.remove_suffix(1);
    transfer.reply_.headers.add(to_lower(line.substr(0, colon)), std::string(trim(value)));
  }
  return line.size();
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  if (bytes > transfer.request_.reply_bytes_max - transfer.reply_.body.size()) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.reply_.body.append(data, bytes);
  return bytes;
}

ClientOutcome Transfer::outcome(CURLcode result) {
  if (result != CURLE_OK) return failed(error_of(result));
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  return {.delivery = Delivery::replied, .reply = std::move(reply_)};
}

ClientOutcome Transfer::failed(Error error) const {
  return {.delivery = may_be_sent_ ? Delivery::unknown : Delivery::not_sent, .error = std::move(error)};
}

Error Transfer::error_of(CURLcode result) const {
  const char* text = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(result);
  if (resend_refused_) {
    return network_error(Code::unavailable, "connection_died",
                         "The kept connection died before an answer came, and the request is not sent twice.");
  }
  if (too_large_) {
    return network_error(
        Code::resource_exhausted, "reply_too_large",
        fmt::format("The answer's body is larger than {} bytes, or its header is.", request_.reply_bytes_max));
  }
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
      return network_error(Code::deadline_exceeded, may_be_sent_ ? "reply_timeout" : "connect_timeout", text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return invalid_argument("invalid_url", text);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network_error(Code::unavailable, "host_not_found", text);
    case CURLE_PARTIAL_FILE:
      return network_error(Code::unavailable, "reply_truncated", text);
    default:
      return network_error(Code::unavailable, may_be_sent_ ? "connection_broken" : "connect_failed", text);
  }
}

void Transfer::finish(ClientOutcome outcome) {
  Client::Callback done = std::exchange(done_, nullptr);
  request_ = {};
  reply_ = {};
  done(std::move(outcome));
}

}  // namespace florin::http
