// TlsContext: certificate, key and rules of a server or a client, as OpenSSL holds them. For the .cc files of this room
// only: it shows OpenSSL. Thread-safe once it is made.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/tls.h"

namespace florin::http {

// Frees OpenSSL's objects.
template <auto Free>
struct OpenSslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> make(const TlsOptions& options);

  // Which protocols a client offers.
  enum class Offer : std::uint8_t { http_1, http_2, both };
  // A client's, for connections to `host`, a name or an address that the server's certificate must be for. Errors:
  // bad_ca, bad_certificate, bad_key, key_mismatch.
  static Result<std::shared_ptr<const TlsContext>> make_client(const ClientTlsOptions& options, const std::string& host,
                                                               Offer offer);

  // A connection's state. Null where there is no memory.
  SSL* new_ssl() const;

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  Status use_certificate(const std::string& pem);
  Status use_key(const std::string& pem);
  Status require_clients_of(const std::string& pem);
  Status trust(const std::string& pem);

  std::unique_ptr<SSL_CTX, OpenSslFree<SSL_CTX_free>> context_;
  std::optional<std::string> host_;  // a client's
};

}  // namespace florin::http
