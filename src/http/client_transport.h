// ClientTransport over the network: pooled connections to one server, by HTTP/1.1 or HTTP/2, plain or over TLS.
//
//   http::ClientThread thread;
//   auto transport = http::connect_to(thread, {.host = "127.0.0.1", .port = 8080});
//
// What must not be sent twice behind the caller's back is not: a request is written to one connection, and a failure
// says whether the server may have seen it (ClientExchange::seen).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/client_exchange.h"
#include "http/client_limits.h"
#include "http/tls.h"

namespace florin::http {

// An event loop on a thread of its own, for any number of transports. It outlives them.
class ClientThread {
 public:
  ClientThread();
  ~ClientThread();
  ClientThread(const ClientThread&) = delete;
  ClientThread& operator=(const ClientThread&) = delete;

  Executor& executor();

 private:
  friend struct TransportParts;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class HttpVersion : std::uint8_t {
  any,     // over TLS what ALPN chooses, HTTP/1.1 otherwise
  http_1,  // HTTP/1.1
  http_2,  // by ALPN over TLS, with prior knowledge otherwise (RFC 9113 section 3.3)
};

struct ClientTransportOptions {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
  std::optional<ClientTlsOptions> tls = std::nullopt;
  HttpVersion version = HttpVersion::any;
  ClientLimits limits = {};
};

// Connects at the first request. Errors: those of the options (bad_limits, bad_ca, bad_certificate, bad_key,
// key_mismatch). The transport may be destroyed on any thread but its own; exchanges that are left fail with
// `canceled`.
Result<std::unique_ptr<ClientTransport>> connect_to(ClientThread& thread, ClientTransportOptions options);

}  // namespace florin::http
