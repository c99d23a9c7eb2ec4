#include "http/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"
#include "http/tls_context.h"

namespace florin::http {
namespace {

constexpr std::size_t cipher_bytes = 16 * 1024 + 512;  // a whole TLS record
// As much is encrypted ahead of what the socket takes.
constexpr std::size_t plain_bytes_max = 64 * 1024;

// RFC 4514: "CN=till-7,O=Shop".
std::optional<std::string> subject_of_peer(const SSL* ssl) {
  const std::unique_ptr<X509, OpenSslFree<X509_free>> certificate(SSL_get1_peer_certificate(ssl));
  const std::unique_ptr<BIO, OpenSslFree<BIO_free>> out(BIO_new(BIO_s_mem()));
  if (!certificate || !out) return std::nullopt;
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

// Outlives the stream while the inner one owes an answer.
class TlsStream::Core final : public StreamListener, public std::enable_shared_from_this<Core> {
 public:
  Core(std::shared_ptr<const TlsContext> context, std::unique_ptr<Stream> inner, Executor& executor);

  void read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener);
  std::optional<std::size_t> write(std::string_view bytes);
  void wait_writable(std::shared_ptr<StreamListener> listener);
  void shutdown_write();
  void close();
  std::optional<TlsFacts> facts() const;

  void on_read(ReadOutcome outcome, std::size_t bytes) override;
  void on_writable() override;

 private:
  // OpenSSL reads and writes our buffers directly.
  static int bio_read(BIO* bio, char* data, int size);
  static int bio_write(BIO* bio, const char* data, int size);
  static long bio_control(BIO* bio, int command, long, void*);
  static BIO_METHOD* make_bio_method();

  bool is_shaking_hands() const { return !broken_ && SSL_is_init_finished(ssl_.get()) == 0; }
  void shake_hands();
  void decrypt();
  void answer_read(ReadOutcome outcome, std::size_t bytes);
  void flush();
  std::size_t unsent() const { return cipher_out_.size() - cipher_sent_; }

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<Stream> inner_;
  Executor& executor_;
  std::unique_ptr<SSL, OpenSslFree<SSL_free>> ssl_;

  std::array<char, cipher_bytes> cipher_in_{};
  std::size_t cipher_begin_ = 0;
  std::size_t cipher_end_ = 0;
  std::string cipher_out_;
  std::size_t cipher_sent_ = 0;

  std::shared_ptr<StreamListener> reader_;
  char* plain_ = nullptr;
  std::size_t plain_size_ = 0;
  std::shared_ptr<StreamListener> writer_;

  bool write_waiting_ = false;
  bool shutdown_due_ = false;
  bool ended_ = false;   // the peer sends nothing more
  bool broken_ = false;  // TLS failed, or the stream is closed
};

int TlsStream::Core::bio_read(BIO* bio, char* data, int size) {
  Core& from = *static_cast<Core*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t taken = std::min(static_cast<std::size_t>(size), from.cipher_end_ - from.cipher_begin_);
  if (taken == 0) {
    if (from.ended_) return 0;
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(data, from.cipher_in_.data() + from.cipher_begin_, taken);
  from.cipher_begin_ += taken;
  return static_cast<int>(taken);
}

int TlsStream::Core::bio_write(BIO* bio, const char* data, int size) {
  static_cast<Core*>(BIO_get_data(bio))->cipher_out_.append(data, static_cast<std::size_t>(size));
  return size;
}

long TlsStream::Core::bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* TlsStream::Core::make_bio_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "florin stream");
  CHECK(method != nullptr, "out of memory");
  BIO_meth_set_read(method, bio_read);
  BIO_meth_set_write(method, bio_write);
  BIO_meth_set_ctrl(method, bio_control);
  return method;
}

TlsStream::Core::Core(std::shared_ptr<const TlsContext> context, std::unique_ptr<Stream> inner, Executor& executor)
    : context_(std::move(context)), inner_(std::move(inner)), executor_(executor), ssl_(context_->new_ssl()) {
  static BIO_METHOD* const method = make_bio_method();
  BIO* const bio = BIO_new(method);
  CHECK(ssl_ && bio != nullptr, "out of memory");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

void TlsStream::Core::read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) {
  CHECK(!reader_, "one read at a time");
  reader_ = std::move(listener);
  plain_ = data;
  plain_size_ = size;
  // What came already is given from the event loop, as the answer must not come inside this call.
  if (broken_ || ended_ || cipher_begin_ < cipher_end_ || SSL_has_pending(ssl_.get()) != 0) {
    executor_.post([self = shared_from_this()] { self->decrypt(); });
  } else {
    inner_->read(cipher_in_.data(), cipher_in_.size(), shared_from_this());
  }
}

void TlsStream::Core::on_read(ReadOutcome outcome, std::size_t bytes) {
  if (outcome == ReadOutcome::bytes) {
    cipher_begin_ = 0;
    cipher_end_ = bytes;
  } else if (outcome == ReadOutcome::end) {
    ended_ = true;
  } else {
    broken_ = true;
  }
  if (!reader_) return shake_hands();
  decrypt();
}

// Carries the handshake on for who waits to write.
void TlsStream::Core::shake_hands() {
  if (is_shaking_hands()) {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_.get());
    const bool wants_read = outcome != 1 && SSL_get_error(ssl_.get(), outcome) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    flush();
    if (outcome != 1 && (!wants_read || ended_)) broken_ = true;
    if (is_shaking_hands()) return inner_->read(cipher_in_.data(), cipher_in_.size(), shared_from_this());
  }
  if (write_waiting_) return;
  if (const auto writer = std::exchange(writer_, nullptr)) writer->on_writable();
}

// Fills the reader's buffer as far as what came goes; where that is nowhere, reads more.
void TlsStream::Core::decrypt() {
  std::size_t filled = 0;
  bool wants_more = false;
  while (!broken_ && !wants_more && filled < plain_size_) {
    ERR_clear_error();
    std::size_t read = 0;
    const int outcome = SSL_read_ex(ssl_.get(), plain_ + filled, plain_size_ - filled, &read);
    filled += read;
    if (outcome == 1) continue;
    switch (SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ:
        wants_more = true;
        break;
      case SSL_ERROR_ZERO_RETURN:
        ended_ = wants_more = true;
        break;
      default:
        // Many clients end without saying so in TLS; what is framed by HTTP cannot be cut short unnoticed.
        if (!ended_ || SSL_is_init_finished(ssl_.get()) == 0) broken_ = true;
        wants_more = true;
        break;
    }
  }
  ERR_clear_error();
  flush();
  if (filled > 0) return answer_read(ReadOutcome::bytes, filled);
  if (broken_) return answer_read(ReadOutcome::broken, 0);
  if (ended_) return answer_read(ReadOutcome::end, 0);
  inner_->read(cipher_in_.data(), cipher_in_.size(), shared_from_this());
}

void TlsStream::Core::answer_read(ReadOutcome outcome, std::size_t bytes) {
  if (const auto reader = std::exchange(reader_, nullptr)) reader->on_read(outcome, bytes);
}

std::optional<std::size_t> TlsStream::Core::write(std::string_view bytes) {
  if (broken_) return std::nullopt;
  if (unsent() > 0 || SSL_is_init_finished(ssl_.get()) == 0) return 0;
  std::size_t taken = 0;
  while (taken < std::min(bytes.size(), plain_bytes_max)) {
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), bytes.data() + taken, std::min(bytes.size(), plain_bytes_max) - taken, &written) !=
        1) {
      ERR_clear_error();
      broken_ = true;
      return std::nullopt;
    }
    taken += written;
  }
  flush();
  if (broken_) return std::nullopt;
  return taken;
}

void TlsStream::Core::flush() {
  while (unsent() > 0 && !write_waiting_) {
    const auto taken = inner_->write(std::string_view(cipher_out_).substr(cipher_sent_));
    if (!taken) {
      broken_ = true;
      return;
    }
    cipher_sent_ += *taken;
    if (*taken == 0) {
      write_waiting_ = true;
      inner_->wait_writable(shared_from_this());
    }
  }
  if (unsent() > 0) return;
  cipher_out_.clear();
  cipher_sent_ = 0;
  if (std::exchange(shutdown_due_, false)) inner_->shutdown_write();
}

void TlsStream::Core::wait_writable(std::shared_ptr<StreamListener> listener) {
  CHECK(!writer_, "one wait at a time");
  writer_ = std::move(listener);
  if (is_shaking_hands()) {
    if (!reader_) executor_.post([self = shared_from_this()] { self->shake_hands(); });
    return;
  }
  if (!std::exchange(write_waiting_, true)) inner_->wait_writable(shared_from_this());
}

void TlsStream::Core::on_writable() {
  write_waiting_ = false;
  if (!broken_) flush();
  if (write_waiting_) return;
  if (const auto writer = std::exchange(writer_, nullptr)) writer->on_writable();
}

void TlsStream::Core::shutdown_write() {
  if (broken_) return inner_->shutdown_write();
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  shutdown_due_ = true;
  flush();
}

void TlsStream::Core::close() {
  broken_ = true;
  inner_->close();
}

std::optional<TlsFacts> TlsStream::Core::facts() const {
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  const long verified = SSL_get_verify_result(ssl_.get());
  return TlsFacts{.established = SSL_is_init_finished(ssl_.get()) == 1,
                  .protocol = std::string(reinterpret_cast<const char*>(protocol), size),
                  .client_subject = subject_of_peer(ssl_.get()),
                  .refusal = verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified)};
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, std::unique_ptr<Stream> inner, Executor& executor)
    : core_(std::make_shared<Core>(std::move(context), std::move(inner), executor)) {}

TlsStream::~TlsStream() {
  core_->close();
}

void TlsStream::read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) {
  core_->read(data, size, std::move(listener));
}

std::optional<std::size_t> TlsStream::write(std::string_view bytes) {
  return core_->write(bytes);
}

void TlsStream::wait_writable(std::shared_ptr<StreamListener> listener) {
  core_->wait_writable(std::move(listener));
}

void TlsStream::shutdown_write() {
  core_->shutdown_write();
}

void TlsStream::close() {
  core_->close();
}

std::optional<TlsFacts> TlsStream::tls() const {
  return core_->facts();
}

}  // namespace florin::http
