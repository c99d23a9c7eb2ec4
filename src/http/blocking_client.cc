#include "http/blocking_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "http/h1_writer.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

Error broken(std::string message) {
  return unavailable("connection_failed", std::move(message));
}

// Tries one address; the socket, or -1 with errno set.
int connect_to(const addrinfo& address, Duration timeout) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  int error = errno;
  if (error == EINPROGRESS) {
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    socklen_t size = sizeof(error);
    error = ETIMEDOUT;
    if (::poll(&wait, 1, static_cast<int>(timeout.to_milliseconds())) == 1) {
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) return fd;
  }
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

Result<BlockingClient> BlockingClient::connect(const std::string& host, std::uint16_t port,
                                               BlockingClientOptions options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string authority =
      host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return broken("There is no host " + host + ".");
  }
  int fd = -1;
  for (const addrinfo* address = found; address != nullptr && fd < 0; address = address->ai_next) {
    fd = connect_to(*address, options.connect_timeout);
  }
  const int error = errno;
  ::freeaddrinfo(found);
  if (fd < 0) return broken(fmt::format("Cannot connect to {}: {}.", authority, std::strerror(error)));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return BlockingClient(fd, authority, options);
}

BlockingClient::BlockingClient(int socket, std::string authority, BlockingClientOptions options)
    : socket_(socket), authority_(std::move(authority)), options_(options) {}

BlockingClient::BlockingClient(BlockingClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      authority_(std::move(other.authority_)),
      options_(other.options_),
      in_(std::move(other.in_)),
      taken_(other.taken_) {}

BlockingClient& BlockingClient::operator=(BlockingClient&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(authority_, other.authority_);
  std::swap(options_, other.options_);
  std::swap(in_, other.in_);
  std::swap(taken_, other.taken_);
  return *this;
}

BlockingClient::~BlockingClient() {
  if (socket_ >= 0) ::close(socket_);
}

Result<Reply> BlockingClient::send(const Request& request) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\n", request.method, request.target, authority_);
  for (const auto& [name, value] : request.headers.fields()) {
    if (!is_field(name, value)) return invalid_argument("invalid_header", "A header cannot be sent as it is: " + name);
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty() || request.method == "POST") {
    fmt::format_to(std::back_inserter(bytes), "content-length: {}\r\n", request.body.size());
  }
  bytes.append("\r\n").append(request.body);
  RETURN_IF_ERROR(send_bytes(bytes));
  return read_reply(request.method == "HEAD");
}

Status BlockingClient::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    pollfd wait{.fd = socket_, .events = POLLOUT, .revents = 0};
    if (errno != EAGAIN || ::poll(&wait, 1, static_cast<int>(options_.read_timeout.to_milliseconds())) != 1) {
      return broken("The connection broke while sending.");
    }
  }
  return ok();
}

Result<bool> BlockingClient::fill() {
  if (taken_ == in_.size()) in_.clear(), taken_ = 0;
  if (in_.size() - taken_ > options_.reply_bytes_max) return broken("The answer is too large.");
  const std::size_t before = in_.size();
  in_.resize(before + read_bytes);
  for (;;) {
    const ssize_t got = ::recv(socket_, in_.data() + before, read_bytes, 0);
    in_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got >= 0) return got > 0;
    in_.resize(before + read_bytes);
    if (errno == EINTR) continue;
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    if (errno != EAGAIN) break;
    if (::poll(&wait, 1, static_cast<int>(options_.read_timeout.to_milliseconds())) != 1) break;
  }
  in_.resize(before);
  return broken("The connection broke or timed out while waiting for the answer.");
}

Result<std::string> BlockingClient::take_line() {
  for (;;) {
    const std::size_t end = in_.find("\r\n", taken_);
    if (end != std::string::npos) {
      std::string line = in_.substr(taken_, end - taken_);
      taken_ = end + 2;
      return line;
    }
    ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) return broken("The server closed the connection before the end of the answer.");
  }
}

Status BlockingClient::take(std::size_t bytes, std::string& into) {
  if (bytes > options_.reply_bytes_max - into.size()) return broken("The answer is too large.");
  while (in_.size() - taken_ < bytes) {
    ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) return broken("The server closed the connection before the end of the answer.");
  }
  into.append(in_, taken_, bytes);
  taken_ += bytes;
  return ok();
}

Result<Reply> BlockingClient::read_reply(bool to_head) {
  for (;;) {
    Reply reply;
    ASSIGN_OR_RETURN(const std::string line, take_line());
    const auto status = parse_decimal(std::string_view(line).substr(std::min<std::size_t>(9, line.size()), 3));
    if (!line.starts_with("HTTP/1.") || !status) return broken("The server does not speak HTTP/1.1.");
    reply.status = static_cast<int>(*status);
    RETURN_IF_ERROR(read_fields(reply));
    if (reply.status < 200) continue;
    if (!to_head && !status_is_bodiless(reply.status)) RETURN_IF_ERROR(read_body(reply));
    return reply;
  }
}

Status BlockingClient::read_fields(Reply& reply) {
  for (;;) {
    ASSIGN_OR_RETURN(const std::string line, take_line());
    if (line.empty()) return ok();
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return broken("The server sent a header line without a colon.");
    const std::string_view text = line;
    reply.headers.add(to_lower(text.substr(0, colon)), std::string(trim(text.substr(colon + 1))));
  }
}

Status BlockingClient::read_body(Reply& reply) {
  if (reply.headers.has("transfer-encoding")) return read_chunks(reply);
  if (const auto length = reply.headers.get("content-length")) {
    const auto bytes = parse_decimal(*length);
    if (!bytes) return broken("The server sent a Content-Length that is no number.");
    return take(*bytes, reply.body);
  }
  ASSIGN_OR_RETURN(reply.body, read_to_end());
  return ok();
}

Status BlockingClient::read_chunks(Reply& reply) {
  for (;;) {
    ASSIGN_OR_RETURN(const std::string line, take_line());
    std::size_t size = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), size, 16).ec != std::errc()) {
      return broken("The server sent a chunk without a size.");
    }
    if (size == 0) return read_fields(reply);
    RETURN_IF_ERROR(take(size, reply.body));
    ASSIGN_OR_RETURN(const std::string end, take_line());
    if (!end.empty()) return broken("The server sent a chunk longer than its size.");
  }
}

Result<std::string> BlockingClient::read_to_end() {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) break;
  }
  std::string rest = in_.substr(taken_);
  taken_ = in_.size();
  return rest;
}

void BlockingClient::shutdown_write() {
  ::shutdown(socket_, SHUT_WR);
}

}  // namespace florin::http
