// ClientPool: the connections to one server, and the exchanges that wait for one. On its I/O thread. For the .cc files
// of this room only.
#pragma once

#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "http/client_connection.h"
#include "http/client_connector.h"
#include "http/client_transport.h"

namespace florin::http {

class ClientPool final : public ClientConnectionOwner,
                         public ClientCarrier,
                         public std::enable_shared_from_this<ClientPool> {
 public:
  ClientPool(IoThread& thread, ClientTarget target, HttpVersion version, const ClientLimits& limits);

  // Carries the exchange by a connection with room, or when there is one.
  void submit(std::shared_ptr<ClientExchange> exchange);
  // Ends everything; exchanges fail with `reason`.
  void shut_down(const Error& reason);

 private:
  void on_capacity(ClientConnection& connection) override;
  void on_closed(ClientConnection& connection) override;

  // As the carrier of those that wait.
  void on_more(ClientExchange&) override {}
  void on_taken(ClientExchange&, std::size_t) override {}
  void on_cancel(ClientExchange& exchange) override;

  void serve_waiting();
  void connect_more();
  void on_connect(ClientConnector& connector, Result<Connected> outcome);
  void fail_waiting(const Error& error, std::size_t count);

  IoThread& thread_;
  const ClientTarget target_;
  const ClientLimits limits_;
  // Whether one connection is known to carry many exchanges, or one; nothing before ALPN has chosen.
  std::optional<bool> is_http_2_;
  const bool insists_on_http_2_;

  std::vector<std::shared_ptr<ClientConnection>> connections_;
  std::vector<std::shared_ptr<ClientConnector>> connecting_;
  std::deque<std::shared_ptr<ClientExchange>> waiting_;
  bool shut_down_ = false;
};

}  // namespace florin::http
