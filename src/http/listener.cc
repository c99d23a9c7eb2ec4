#include "http/listener.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include "http/greeter.h"
#include "http/h1_writer.h"
#include "http/plain_stream.h"
#include "http/tls_stream.h"

namespace florin::http {
namespace {

using asio::ip::tcp;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// After an accept that failed for want of file descriptors or memory: some connection must close first.
constexpr auto accept_pause = std::chrono::milliseconds(50);

Error cannot_listen(const tcp::endpoint& endpoint, const std::error_code& error) {
  const std::string address = to_string(endpoint);
  if (error == asio::error::address_in_use) {
    return failed_precondition("port_in_use",
                               fmt::format("Another program listens on {}. Stop it, or choose another port.", address));
  }
  if (error == asio::error::access_denied) {
    return failed_precondition(
        "port_not_permitted",
        fmt::format("This user may not listen on {}. Choose a port above 1023, or grant CAP_NET_BIND_SERVICE.",
                    address));
  }
  return failed_precondition(
      "address_not_available",
      fmt::format("Cannot listen on {}: {}. Choose an address of this machine.", address, error.message()));
}

}  // namespace

std::string to_string(const tcp::endpoint& endpoint) {
  std::error_code ignored;
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

Status check_port_is_free(const tcp::endpoint& endpoint) {
  if (endpoint.port() == 0) return ok();
  asio::io_context context;
  tcp::acceptor probe(context);
  std::error_code error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (error) return cannot_listen(endpoint, error);
  return ok();
}

Listener::Listener(IoThread& thread, ConnectionCount& count)
    : thread_(thread), count_(count), acceptor_(thread.context()), pause_(thread.context()) {}

Result<std::shared_ptr<Listener>> Listener::open(IoThread& thread, ConnectionCount& count,
                                                 const tcp::endpoint& endpoint) {
  std::shared_ptr<Listener> listener(new Listener(thread, count));
  RETURN_IF_ERROR(listener->bind(endpoint));
  return listener;
}

Status Listener::bind(const tcp::endpoint& endpoint) {
  std::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(reuse_port(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) endpoint_ = acceptor_.local_endpoint(error);
  if (error) return cannot_listen(endpoint, error);
  return ok();
}

void Listener::accept(Handler& handler, const Limits& limits, std::shared_ptr<const TlsContext> tls) {
  handler_ = &handler;
  limits_ = &limits;
  tls_ = std::move(tls);
  thread_.post([self = shared_from_this()] { self->accept_next(); });
}

void Listener::close() {
  std::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Listener::accept_next() {
  if (!acceptor_.is_open()) return;
  acceptor_.async_accept(peer_, [self = shared_from_this()](const std::error_code& error, tcp::socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (!error) {
      self->greet(std::move(socket));
      return self->accept_next();
    }
    self->pause_.expires_after(accept_pause);
    self->pause_.async_wait([self](const std::error_code&) { self->accept_next(); });
  });
}

void Listener::greet(tcp::socket socket) {
  std::unique_ptr<Stream> stream = std::make_unique<PlainStream>(std::move(socket));
  if (!count_.try_add(limits_->connections_max)) {
    if (tls_) return;  // a handshake is what there is no room for
    std::string refusal;
    append_refusal(refusal, 503, "This server has no room for another connection. Try again later.", thread_.date());
    (void)stream->write(refusal);
    stream->shutdown_write();
    return;
  }
  if (tls_) stream = std::make_unique<TlsStream>(tls_, std::move(stream), thread_);
  ConnectionContext context{
      .thread = thread_, .handler = *handler_, .limits = *limits_, .peer = to_string(peer_), .tls = tls_ != nullptr};
  thread_.add(make_greeter(std::move(context), std::move(stream)), {});
}

}  // namespace florin::http
