// Connection: a protocol spoken over one stream: HTTP/1.1 (h1_connection.h) or HTTP/2 (h2_connection.h). The greeter
// (greeter.h) chooses by the first bytes. All calls on the connection's I/O thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/limits.h"
#include "http/stream.h"

namespace florin::http {

class IoThread;

// What a connection is given. The references outlive it.
struct ConnectionContext {
  IoThread& thread;
  Handler& handler;
  const Limits& limits;
  std::string peer;  // "127.0.0.1:53210"
  bool tls = false;
  std::optional<std::string> client_subject{};  // RequestHead::client_subject
};

class Connection : public StreamListener, public std::enable_shared_from_this<Connection> {
 public:
  // Begins; `first_bytes` were read from the stream already. The I/O thread owns the connection until it removes
  // itself.
  virtual void open(std::string_view first_bytes) = 0;
  // Takes no more requests and closes as soon as the running one is answered.
  virtual void drain() = 0;
  // Closes now. Running handlers are told; the connection removes itself when they have ended.
  virtual void abort() = 0;
};

}  // namespace florin::http
