// ClientConnection: one connection to a server, HTTP/1.1 (client_h1.h) or HTTP/2 (client_h2.h). All on its I/O thread.
// For the .cc files of this room only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "http/client_exchange.h"
#include "http/client_limits.h"
#include "http/stream.h"

namespace florin::http {

class ClientConnection;
class IoThread;

// The pool. Told from the event loop, never inside a call to the connection.
class ClientConnectionOwner {
 public:
  virtual ~ClientConnectionOwner() = default;
  // The connection can carry more than before.
  virtual void on_capacity(ClientConnection& connection) = 0;
  // It is over, and its exchanges have ended.
  virtual void on_closed(ClientConnection& connection) = 0;
};

// What a connection is given. The references outlive it; so does the owner, or it calls abandon().
struct ClientConnectionContext {
  IoThread& thread;
  ClientConnectionOwner* owner;
  const ClientLimits& limits;
  std::string authority;  // "example.com:8080"
  bool tls = false;
};

class ClientConnection : public StreamListener, public std::enable_shared_from_this<ClientConnection> {
 public:
  virtual void open() = 0;
  // How many more exchanges it can carry now.
  virtual std::size_t capacity() const = 0;
  // Takes an exchange along; there must be capacity.
  virtual void carry(std::shared_ptr<ClientExchange> exchange) = 0;
  // Closes it; what it carries fails with `reason`. The owner hears nothing more.
  virtual void abandon(const Error& reason) = 0;
};

std::shared_ptr<ClientConnection> make_client_h1(ClientConnectionContext context, std::unique_ptr<Stream> stream);
std::shared_ptr<ClientConnection> make_client_h2(ClientConnectionContext context, std::unique_ptr<Stream> stream);

// unavailable `connection_lost`.
Error connection_lost(const std::string& authority);
// internal `malformed_answer`, or resource_exhausted `answer_head_too_large`.
Error malformed_answer(std::string_view why);
Error answer_head_too_large();

}  // namespace florin::http
