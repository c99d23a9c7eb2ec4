// ClientConnector: one attempt to connect: the name, the socket, the TLS handshake. On the I/O thread. For the .cc
// files of this room only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "http/stream.h"

namespace florin::http {

class IoThread;
class TlsContext;

struct ClientTarget {
  std::string host;
  std::uint16_t port = 0;
  std::string authority;                       // "example.com:8080"
  std::shared_ptr<const TlsContext> tls = {};  // null: plain
};

struct Connected {
  std::unique_ptr<Stream> stream;
  std::string protocol;  // that ALPN chose; empty without TLS
};

class ClientConnector final : public StreamListener, public std::enable_shared_from_this<ClientConnector> {
 public:
  using Done = std::move_only_function<void(Result<Connected>)>;

  ClientConnector(IoThread& thread, const ClientTarget& target);

  // `done` runs once, from the event loop: at the latest after `timeout`. Errors: unavailable `not_connected`.
  void start(Duration timeout, Done done);
  // `done` will not run.
  void cancel();

 private:
  void on_read(ReadOutcome, std::size_t) override {}
  void on_writable() override;
  void connect(const asio::ip::tcp::resolver::results_type& addresses);
  void on_connected();
  void fail(std::string why);
  void finish(Result<Connected> outcome);

  IoThread& thread_;
  const ClientTarget target_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<Stream> stream_;  // from when the socket is connected
  std::shared_ptr<TimerHandle> timer_;
  Done done_;
};

}  // namespace florin::http
