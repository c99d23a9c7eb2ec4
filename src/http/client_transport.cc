#include "http/client_transport.h"

#include <fmt/format.h>

#include <future>
#include <utility>

#include "http/client_pool.h"
#include "http/io_thread.h"
#include "http/tls_context.h"

namespace florin::http {

struct ClientThread::Impl {
  ConnectionCount count;  // of a server's connections: none
  IoThread thread{count};
};

ClientThread::ClientThread() : impl_(std::make_unique<Impl>()) {
  impl_->thread.run();
}

ClientThread::~ClientThread() {
  impl_->thread.stop();
}

Executor& ClientThread::executor() {
  return impl_->thread;
}

struct TransportParts {
  static IoThread& io_thread(ClientThread& thread) { return thread.impl_->thread; }
};

namespace {

class NetworkTransport final : public ClientTransport {
 public:
  NetworkTransport(IoThread& thread, std::shared_ptr<ClientPool> pool) : thread_(thread), pool_(std::move(pool)) {}

  // Waits until the pool has let go of everything, and who waited for an exchange has heard of it.
  ~NetworkTransport() override {
    const auto done = std::make_shared<std::promise<void>>();
    thread_.post([this, done] {
      pool_->shut_down({Code::canceled, ErrorDomain::network, "canceled", "The client was closed."});
      pool_.reset();
      thread_.post([done] { done->set_value(); });
    });
    done->get_future().wait();
  }

  Executor& executor() override { return thread_; }

  ClientExchangePtr open(ClientRequestHead head, std::optional<std::string> body) override {
    auto exchange = std::make_shared<ClientExchange>(thread_, std::move(head), std::move(body));
    pool_->submit(exchange);
    return canceling(std::move(exchange));
  }

 private:
  IoThread& thread_;
  std::shared_ptr<ClientPool> pool_;
};

TlsContext::Offer offer_of(HttpVersion version) {
  switch (version) {
    case HttpVersion::http_1:
      return TlsContext::Offer::http_1;
    case HttpVersion::http_2:
      return TlsContext::Offer::http_2;
    case HttpVersion::any:
      break;
  }
  return TlsContext::Offer::both;
}

}  // namespace

Result<std::unique_ptr<ClientTransport>> connect_to(ClientThread& thread, ClientTransportOptions options) {
  RETURN_IF_ERROR(validate(options.limits));
  const bool is_ip_6 = options.host.find(':') != std::string::npos;
  ClientTarget target{
      .host = options.host,
      .port = options.port,
      .authority = fmt::format(fmt::runtime(is_ip_6 ? "[{}]:{}" : "{}:{}"), options.host, options.port)};
  if (options.tls) {
    ASSIGN_OR_RETURN(target.tls, TlsContext::make_client(*options.tls, options.host, offer_of(options.version)));
  }
  IoThread& io_thread = TransportParts::io_thread(thread);
  auto pool = std::make_shared<ClientPool>(io_thread, std::move(target), options.version, options.limits);
  return std::unique_ptr<ClientTransport>(std::make_unique<NetworkTransport>(io_thread, std::move(pool)));
}

}  // namespace florin::http
