#include "http/greeter.h"

#include <array>

#include "http/deadline.h"
#include "http/h1_connection.h"
#include "http/io_thread.h"

namespace florin::http {
namespace {

class Greeter final : public Connection, public DeadlineListener {
 public:
  Greeter(ConnectionContext context, std::unique_ptr<Stream> stream)
      : context_(std::move(context)), stream_(std::move(stream)), deadline_(context_.thread.context()) {}

  void open(std::string_view first_bytes) override {
    CHECK(first_bytes.empty());
    deadline_.set(context_.limits.head_timeout, listener());
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
  void on_deadline() override { abort(); }
  void on_writable() override {}
  void on_read(ReadOutcome outcome, std::size_t bytes) override {
    if (done_) return;
    if (outcome != ReadOutcome::bytes) return abort();
    size_ += bytes;
    const std::string_view first_bytes(first_bytes_.data(), size_);
    const Protocol protocol = sniff_protocol(first_bytes);
    if (protocol == Protocol::undecided && size_ < first_bytes_.size()) return read();
    done_ = true;
    deadline_.cancel();
    IoThread& thread = context_.thread;
    thread.replace(*this, make_h1_connection(std::move(context_), std::move(stream_)), first_bytes);
  }

 private:
  std::shared_ptr<Greeter> self() { return std::static_pointer_cast<Greeter>(shared_from_this()); }
  std::weak_ptr<DeadlineListener> listener() { return self(); }
  void read() { stream_->read(first_bytes_.data() + size_, first_bytes_.size() - size_, self()); }

  ConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  Deadline deadline_;
  std::array<char, 1024>
      first_bytes_;  // room for a whole small request, so that most connections are greeted by one read
  std::size_t size_ = 0;
  bool done_ = false;
};

}  // namespace

Protocol sniff_protocol(std::string_view first_bytes) {
  return first_bytes.empty() ? Protocol::undecided : Protocol::http1;
}

std::shared_ptr<Connection> make_greeter(ConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<Greeter>(std::move(context), std::move(stream));
}

}  // namespace florin::http
