#include "http/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/check.h"

namespace florin::http {
namespace {

constexpr timeval patience{.tv_sec = 20, .tv_usec = 0};

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(socket >= 0, "no socket");
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  ::close(socket);
  return -1;
}

X509* read_certificate(const std::string& pem) {
  BIO* const reader = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* const certificate = PEM_read_bio_X509(reader, nullptr, nullptr, nullptr);
  BIO_free(reader);
  CHECK(certificate != nullptr, "the test's certificate is not PEM");
  return certificate;
}

SSL_CTX* make_context(const RawTls& tls) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  X509* const ca = read_certificate(tls.ca_pem);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
  X509_free(ca);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!tls.protocols.empty()) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(tls.protocols.data()),
                            static_cast<unsigned>(tls.protocols.size()));
  }
  if (!tls.certificate_pem.empty()) {
    X509* const own = read_certificate(tls.certificate_pem);
    SSL_CTX_use_certificate(context, own);
    X509_free(own);
    BIO* const reader = BIO_new_mem_buf(tls.key_pem.data(), static_cast<int>(tls.key_pem.size()));
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(reader, nullptr, nullptr, nullptr);
    BIO_free(reader);
    SSL_CTX_use_PrivateKey(context, key);
    EVP_PKEY_free(key);
  }
  return context;
}

}  // namespace

struct RawClient::Impl {
  int socket = -1;
  SSL* ssl = nullptr;

  ~Impl() {
    SSL_free(ssl);
    if (socket >= 0) ::close(socket);
  }
};

RawClient::RawClient(std::uint16_t port, const std::optional<RawTls>& tls) : impl_(std::make_unique<Impl>()) {
  impl_->socket = connect_to(port);
  if (!tls || impl_->socket < 0) return;
  SSL_CTX* const context = make_context(*tls);
  impl_->ssl = SSL_new(context);
  SSL_CTX_free(context);
  SSL_set_fd(impl_->ssl, impl_->socket);
  ERR_clear_error();
  if (SSL_connect(impl_->ssl) == 1) return;
  ::close(std::exchange(impl_->socket, -1));
}

RawClient::~RawClient() = default;
RawClient::RawClient(RawClient&&) noexcept = default;
RawClient& RawClient::operator=(RawClient&&) noexcept = default;

bool RawClient::connected() const {
  return impl_->socket >= 0;
}

std::string RawClient::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  if (impl_->ssl != nullptr) SSL_get0_alpn_selected(impl_->ssl, &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = impl_->ssl != nullptr ? SSL_write(impl_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                                               : ::send(impl_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawClient::receive() {
  std::array<char, 65536> buffer;
  const ssize_t size = impl_->ssl != nullptr ? SSL_read(impl_->ssl, buffer.data(), static_cast<int>(buffer.size()))
                                             : ::recv(impl_->socket, buffer.data(), buffer.size(), 0);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string RawClient::receive_to_end() {
  std::string all;
  for (std::string piece = receive(); !piece.empty(); piece = receive()) all += piece;
  return all;
}

void RawClient::shutdown_write() {
  ::shutdown(impl_->socket, SHUT_WR);
}

}  // namespace florin::http
