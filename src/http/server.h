// Server: listens on a TCP port and gives each request to a Handler. HTTP/1.1 and HTTP/2 on the same port: in clear by
// prior knowledge, with TLS by ALPN.
//
//   auto server = Server::start({.port = 8080}, handler);
//   ...
//   server->drain(Duration::seconds(20));
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "http/limits.h"
#include "http/tls.h"

namespace florin::http {

struct ServerOptions {
  // An IPv4 or IPv6 address, no name. Only this machine can connect by default.
  std::string host = "127.0.0.1";
  // 0 takes a free one.
  std::uint16_t port = 0;
  // I/O threads. Each has its own socket and its own connections; a handler runs on the thread of its connection.
  unsigned threads = 1;
  Limits limits{};
  // With it every connection is encrypted.
  std::optional<TlsOptions> tls{};
};

// Thread-safe, but not to be called on its own I/O threads, where drain() and the destructor would wait for themselves.
class Server {
 public:
  // Fails with failed_precondition (port_in_use, address_not_available, port_not_permitted) where it cannot listen, and
  // with invalid_argument (bad_address, bad_limits, and those of tls.h). `handler` must outlive the server.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler& handler);
  // drain(0), where that was not done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:8080", with the real port.
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }
  std::size_t connections() const;
  // An I/O thread, for work that belongs to no exchange. Valid as long as the server.
  Executor& executor();

  // Takes no more connections and requests, answers what is running (with "Connection: close" or GOAWAY), and returns
  // when all connections are closed. What has not ended after `patience` is aborted; the handlers are told, and waited
  // for: a handler must end soon after its abort. True where nothing had to be aborted.
  bool drain(Duration patience);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace florin::http
