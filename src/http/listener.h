// Listener: a listening socket of one I/O thread. For the .cc files of this room only: it shows Asio.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <memory>

#include "base/result.h"
#include "http/exchange.h"
#include "http/io_thread.h"
#include "http/limits.h"

namespace florin::http {

class TlsContext;

// Several sockets may share one address among our threads (SO_REUSEPORT). Any other process of this user could join in
// unnoticed, so this makes sure first that nobody listens there.
Status check_port_is_free(const asio::ip::tcp::endpoint& endpoint);

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  static Result<std::shared_ptr<Listener>> open(IoThread& thread, ConnectionCount& count,
                                                const asio::ip::tcp::endpoint& endpoint);

  asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  // Begins to accept. `handler` and `limits` outlive the listener. Connections are encrypted where there is `tls`.
  void accept(Handler& handler, const Limits& limits, std::shared_ptr<const TlsContext> tls);
  // On the I/O thread.
  void close();

 private:
  Listener(IoThread& thread, ConnectionCount& count);
  Status bind(const asio::ip::tcp::endpoint& endpoint);
  void accept_next();
  void greet(asio::ip::tcp::socket socket);

  IoThread& thread_;
  ConnectionCount& count_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::ip::tcp::endpoint endpoint_;
  asio::ip::tcp::endpoint peer_;
  Handler* handler_ = nullptr;
  const Limits* limits_ = nullptr;
  std::shared_ptr<const TlsContext> tls_;
};

// "127.0.0.1:80", "[::1]:80"
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace florin::http
