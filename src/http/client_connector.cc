#include "http/client_connector.h"

#include <fmt/format.h>

#include <asio/connect.hpp>
#include <utility>

#include "http/io_thread.h"
#include "http/plain_stream.h"
#include "http/tls_context.h"
#include "http/tls_stream.h"

namespace florin::http {

ClientConnector::ClientConnector(IoThread& thread, const ClientTarget& target)
    : thread_(thread), target_(target), resolver_(thread.context()), socket_(thread.context()) {}

void ClientConnector::start(Duration timeout, Done done) {
  done_ = std::move(done);
  timer_ = thread_.post_after(timeout, [weak = weak_from_this(), timeout] {
    if (const auto self = weak.lock()) self->fail(fmt::format("no answer within {} ms", timeout.to_milliseconds()));
  });
  using Resolver = asio::ip::tcp::resolver;
  std::error_code not_an_address;
  const auto address = asio::ip::make_address(target_.host, not_an_address);
  if (!not_an_address) {
    // No need for the thread that resolves names.
    const asio::ip::tcp::endpoint endpoint(address, target_.port);
    return connect(Resolver::results_type::create(endpoint, target_.host, std::to_string(target_.port)));
  }
  resolver_.async_resolve(
      target_.host, std::to_string(target_.port), Resolver::numeric_service,
      [self = shared_from_this()](const std::error_code& error, const Resolver::results_type& addresses) {
        if (!self->done_) return;
        if (error) return self->fail("there is no such host");
        self->connect(addresses);
      });
}

void ClientConnector::connect(const asio::ip::tcp::resolver::results_type& addresses) {
  asio::async_connect(socket_, addresses,
                      [self = shared_from_this()](const std::error_code& error, const asio::ip::tcp::endpoint&) {
                        if (!self->done_) return;
                        if (error) return self->fail(error.message());
                        self->on_connected();
                      });
}

void ClientConnector::on_connected() {
  stream_ = std::make_unique<PlainStream>(std::move(socket_));
  if (target_.tls == nullptr) return finish(Connected{.stream = std::move(stream_), .protocol = {}});
  stream_ = std::make_unique<TlsStream>(target_.tls, std::move(stream_), thread_);
  stream_->wait_writable(shared_from_this());
}

void ClientConnector::on_writable() {
  if (!done_) return;
  const TlsFacts facts = *stream_->tls();
  if (!stream_->write({})) {
    return fail(facts.refusal.empty() ? "the TLS handshake failed"
                                      : "the server's certificate is refused: " + facts.refusal);
  }
  finish(Connected{.stream = std::move(stream_), .protocol = facts.protocol});
}

void ClientConnector::fail(std::string why) {
  finish(unavailable("not_connected", fmt::format("Cannot connect to {}: {}.", target_.authority, why)));
}

void ClientConnector::finish(Result<Connected> outcome) {
  Done done = std::exchange(done_, nullptr);
  if (!done) return;
  cancel();
  done(std::move(outcome));
}

void ClientConnector::cancel() {
  done_ = nullptr;
  timer_->cancel();
  resolver_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  if (stream_) stream_->close();
}

}  // namespace florin::http
