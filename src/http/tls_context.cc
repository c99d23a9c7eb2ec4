#include "http/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string_view>
#include <vector>

namespace florin::http {
namespace {

using Bio = std::unique_ptr<BIO, OpenSslFree<BIO_free>>;
using Certificate = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;

// The protocols by which ALPN calls them, each behind its length, the better first.
constexpr std::string_view alpn_protocols = "\x02h2\x08http/1.1";

// Forward secrecy and authenticated encryption only, which is also what HTTP/2 asks for (RFC 9113 section 9.2.2).
constexpr const char* tls_1_2_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

Bio reader_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// There is nobody to ask for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

std::vector<Certificate> read_certificates(const std::string& pem) {
  std::vector<Certificate> read;
  const Bio reader = reader_of(pem);
  while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, no_passphrase, nullptr)) {
    read.emplace_back(certificate);
  }
  // What ends the list is the end of the text, or something that is no certificate.
  const unsigned long last = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) read.clear();
  return read;
}

// What every context is made with.
Result<SSL_CTX*> new_context(const SSL_METHOD* method) {
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(method);
  if (context == nullptr) return internal_error("tls_unavailable", "OpenSSL cannot make a TLS context.");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

std::string_view alpn_offer(TlsContext::Offer offer) {
  switch (offer) {
    case TlsContext::Offer::http_1:
      return alpn_protocols.substr(3);
    case TlsContext::Offer::http_2:
      return alpn_protocols.substr(0, 3);
    case TlsContext::Offer::both:
      break;
  }
  return alpn_protocols;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* selected = nullptr;
  const int outcome =
      SSL_select_next_proto(&selected, size, reinterpret_cast<const unsigned char*>(alpn_protocols.data()),
                            static_cast<unsigned>(alpn_protocols.size()), offered, offered_size);
  *chosen = selected;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsOptions& options) {
  ASSIGN_OR_RETURN(SSL_CTX* const context, new_context(TLS_server_method()));
  std::shared_ptr<TlsContext> made(new TlsContext(context));
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (SSL_CTX_set_cipher_list(context, tls_1_2_ciphers) != 1) {
    return internal_error("tls_unavailable", "This OpenSSL has none of the ciphers that are needed.");
  }
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  // Sessions are resumed by tickets only, and belong to this server.
  constexpr unsigned char session_id_context[] = "florin";
  SSL_CTX_set_session_id_context(context, session_id_context, sizeof(session_id_context) - 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  RETURN_IF_ERROR(made->use_certificate(options.certificate_pem));
  RETURN_IF_ERROR(made->use_key(options.key_pem));
  if (!options.client_ca_pem.empty()) RETURN_IF_ERROR(made->require_clients_of(options.client_ca_pem));
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make_client(const ClientTlsOptions& options,
                                                                  const std::string& host, Offer offer) {
  ASSIGN_OR_RETURN(SSL_CTX* const context, new_context(TLS_client_method()));
  std::shared_ptr<TlsContext> made(new TlsContext(context));
  made->host_ = host;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const std::string_view protocols = alpn_offer(offer);
  if (SSL_CTX_set_cipher_list(context, tls_1_2_ciphers) != 1 ||
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size())) != 0) {
    return internal_error("tls_unavailable", "This OpenSSL has none of the ciphers that are needed.");
  }
  RETURN_IF_ERROR(made->trust(options.ca_pem));
  if (!options.certificate_pem.empty()) {
    RETURN_IF_ERROR(made->use_certificate(options.certificate_pem));
    RETURN_IF_ERROR(made->use_key(options.key_pem));
  }
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Status TlsContext::trust(const std::string& pem) {
  const std::vector<Certificate> authorities = read_certificates(pem);
  bool used = pem.empty() ? SSL_CTX_set_default_verify_paths(context_.get()) == 1 : !authorities.empty();
  for (const Certificate& authority : authorities) {
    used = used && X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.get()) == 1;
  }
  ERR_clear_error();
  if (used) return ok();
  return invalid_argument("bad_ca", "The certificates of the servers' authorities are not PEM certificates.");
}

Status TlsContext::use_certificate(const std::string& pem) {
  const std::vector<Certificate> chain = read_certificates(pem);
  if (chain.empty()) {
    return invalid_argument("bad_certificate",
                            "The TLS certificate is not PEM. Give the text from BEGIN CERTIFICATE to END CERTIFICATE.");
  }
  bool used = SSL_CTX_use_certificate(context_.get(), chain.front().get()) == 1;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    used = used && SSL_CTX_add1_chain_cert(context_.get(), chain[i].get()) == 1;
  }
  ERR_clear_error();
  if (!used)
    return invalid_argument("bad_certificate", "OpenSSL refuses the TLS certificate; its key may be too weak.");
  return ok();
}

Status TlsContext::use_key(const std::string& pem) {
  const Bio reader = reader_of(pem);
  const Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) {
    return invalid_argument(
        "bad_key", "The TLS key is not PEM, or has a passphrase. Give the text from BEGIN PRIVATE KEY to its END.");
  }
  const bool fits =
      SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1 && SSL_CTX_check_private_key(context_.get()) == 1;
  ERR_clear_error();
  if (!fits) return invalid_argument("key_mismatch", "The TLS key is not the one of the TLS certificate.");
  return ok();
}

Status TlsContext::require_clients_of(const std::string& pem) {
  const std::vector<Certificate> authorities = read_certificates(pem);
  bool used = !authorities.empty();
  for (const Certificate& authority : authorities) {
    used = used && X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.get()) == 1 &&
           SSL_CTX_add_client_CA(context_.get(), authority.get()) == 1;
  }
  ERR_clear_error();
  if (!used) {
    return invalid_argument("bad_client_ca", "The certificates of the clients' authorities are not PEM certificates.");
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return ok();
}

SSL* TlsContext::new_ssl() const {
  std::unique_ptr<SSL, OpenSslFree<SSL_free>> ssl(SSL_new(context_.get()));
  if (!ssl) return nullptr;
  if (!host_) {
    SSL_set_accept_state(ssl.get());
    return ssl.release();
  }
  SSL_set_connect_state(ssl.get());
  // An address is not sent as a name (RFC 6066 section 3), and is looked for elsewhere in the certificate.
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host_->c_str()) == 1;
  ERR_clear_error();
  if (is_address) return ssl.release();
  const bool named =
      SSL_set_tlsext_host_name(ssl.get(), host_->c_str()) == 1 && SSL_set1_host(ssl.get(), host_->c_str()) == 1;
  return named ? ssl.release() : nullptr;
}

Status validate(const TlsOptions& options) {
  RETURN_IF_ERROR(TlsContext::make(options));
  return ok();
}

}  // namespace florin::http
