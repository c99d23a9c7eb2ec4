#include "http/greeter.h"

#include <array>

#include "http/deadline.h"
#include "http/h1_connection.h"
#include "http/h2_connection.h"
#include "http/io_thread.h"

namespace florin::http {
namespace {

constexpr std::string_view h2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Greeter final : public Connection, public DeadlineListener {
 public:
  Greeter(ConnectionContext context, std::unique_ptr<Stream> stream)
      : context_(std::move(context)), stream_(std::move(stream)), deadline_(context_.thread.context()) {}

  void open(std::string_view first_bytes) override {
    CHECK(first_bytes.empty());
    wait_for(context_.tls ? Wait::handshake : Wait::request);
    read();
  }
  // Nothing was asked yet, so nothing is owed.
  void drain() override { abort(); }
  void abort() override {
    if (std::exchange(done_, true)) return;
    deadline_.cancel();
    stream_->close();
    context_.thread.remove(*this);
  }
  void on_deadline() override {
    // Only a handshake that is over may wait on.
    if (wait_ == Wait::handshake && stream_->tls()->established) return wait_for(Wait::request);
    abort();
  }
  void on_writable() override {}
  void on_read(ReadOutcome outcome, std::size_t bytes) override {
    if (done_) return;
    if (outcome != ReadOutcome::bytes) return abort();
    if (size_ == 0) wait_for(Wait::head);
    size_ += bytes;
    const std::string_view first_bytes(first_bytes_.data(), size_);
    Protocol protocol = sniff_protocol(first_bytes);
    if (protocol == Protocol::undecided && size_ < first_bytes_.size()) return read();
    if (auto tls = stream_->tls()) {
      // What was agreed on is what is spoken: bytes meant for one protocol must not be read as another (ALPACA).
      const bool h2_agreed = tls->protocol == "h2";
      if (h2_agreed && protocol != Protocol::http2) return abort();
      if (!h2_agreed) protocol = Protocol::http1;
      context_.client_subject = std::move(tls->client_subject);
    }
    done_ = true;
    deadline_.cancel();
    IoThread& thread = context_.thread;
    const auto make = protocol == Protocol::http2 ? make_h2_connection : make_h1_connection;
    thread.replace(*this, make(std::move(context_), std::move(stream_)), first_bytes);
  }

 private:
  enum class Wait : std::uint8_t { handshake, request, head };

  // A client may open a connection before it needs one: until its first byte that is as idle as between requests.
  void wait_for(Wait wait) {
    wait_ = wait;
    const Limits& limits = context_.limits;
    deadline_.set(wait == Wait::handshake ? limits.handshake_timeout
                  : wait == Wait::request ? limits.idle_timeout
                                          : limits.head_timeout,
                  listener());
  }

  std::shared_ptr<Greeter> self() { return std::static_pointer_cast<Greeter>(shared_from_this()); }
  std::weak_ptr<DeadlineListener> listener() { return self(); }
  void read() { stream_->read(first_bytes_.data() + size_, first_bytes_.size() - size_, self()); }

  ConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  Deadline deadline_;
  Wait wait_ = Wait::request;
  // Room for a whole small request, so that most connections are greeted by one read.
  std::array<char, 1024> first_bytes_{};
  std::size_t size_ = 0;
  bool done_ = false;
};

}  // namespace

Protocol sniff_protocol(std::string_view first_bytes) {
  if (first_bytes.starts_with(h2_preface)) return Protocol::http2;
  return h2_preface.starts_with(first_bytes) ? Protocol::undecided : Protocol::http1;
}

std::shared_ptr<Connection> make_greeter(ConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<Greeter>(std::move(context), std::move(stream));
}

}  // namespace florin::http
