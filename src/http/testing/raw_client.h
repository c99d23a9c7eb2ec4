// RawClient: a blocking connection for tests that send bytes no proper client would, in clear or by TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace florin::http {

struct RawTls {
  std::string ca_pem{};           // what the server's certificate must be signed by
  std::string protocols{};        // for ALPN: "\x02h2", or empty for none
  std::string certificate_pem{};  // of the client, or empty
  std::string key_pem{};
};

class RawClient {
 public:
  // To 127.0.0.1. A failed handshake shows as !connected().
  explicit RawClient(std::uint16_t port, const std::optional<RawTls>& tls = std::nullopt);
  ~RawClient();
  RawClient(RawClient&&) noexcept;
  RawClient& operator=(RawClient&&) noexcept;

  bool connected() const;
  // What ALPN chose, or "".
  std::string protocol() const;
  // False where the connection is broken. Waits at most 20 s, as all of these.
  bool send(std::string_view bytes);
  // What came, at least a byte; "" at the end, or where the connection broke.
  std::string receive();
  std::string receive_to_end();
  void shutdown_write();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace florin::http
