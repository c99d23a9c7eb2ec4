// TLS: what a server and a client need to be told, as text. TLS 1.2 and 1.3; HTTP/2 or HTTP/1.1 is chosen by ALPN.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace florin::http {

struct TlsOptions {
  // PEM. The server's certificate first, then those between it and the root.
  std::string certificate_pem{};
  // PEM, without a passphrase.
  std::string key_pem{};
  // PEM of the authorities whose clients are let in. Where it is not empty, a client without a certificate of theirs is
  // refused, and RequestHead::client_subject says who came.
  std::string client_ca_pem{};
};

// Refuses what Server::start would refuse: invalid_argument (bad_certificate, bad_key, key_mismatch, bad_client_ca).
Status validate(const TlsOptions& options);

struct ClientTlsOptions {
  // PEM of the authorities that servers are trusted by. Empty: the system's.
  std::string ca_pem{};
  // PEM, for servers that ask who we are; both or neither.
  std::string certificate_pem{};
  std::string key_pem{};
};

struct TlsCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

// A certificate for development and tests, signed by itself: P-256, for localhost, 127.0.0.1 and ::1, valid for a year
// from an hour before `now`. Clients must be given it as an authority.
Result<TlsCertificate> make_development_certificate(Timestamp now, std::string_view common_name = "localhost");

}  // namespace florin::http
