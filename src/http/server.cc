#include "http/server.h"

#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "http/io_thread.h"
#include "http/listener.h"
#include "http/tls_context.h"

namespace florin::http {

struct Server::Impl {
  ServerOptions options;
  ConnectionCount count;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::vector<std::shared_ptr<Listener>> listeners;  // one per thread
  std::mutex drain_mutex;
  bool drained = false;

  Status listen();
  void on_every_thread(void (IoThread::*call)());
};

Status Server::Impl::listen() {
  std::error_code error;
  const auto ip = asio::ip::make_address(options.host, error);
  if (error) return invalid_argument("bad_address", "The address to listen on is not an IP address: " + options.host);
  asio::ip::tcp::endpoint endpoint(ip, options.port);
  RETURN_IF_ERROR(check_port_is_free(endpoint));
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.push_back(std::make_unique<IoThread>(count));
    ASSIGN_OR_RETURN(auto listener, Listener::open(*threads.back(), count, endpoint));
    endpoint = listener->endpoint();
    listeners.push_back(std::move(listener));
  }
  return ok();
}

void Server::Impl::on_every_thread(void (IoThread::*call)()) {
  for (const auto& thread : threads) {
    thread->post([call, target = thread.get()] { (target->*call)(); });
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  address_ = to_string(impl_->listeners.front()->endpoint());
  port_ = impl_->listeners.front()->endpoint().port();
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler& handler) {
  RETURN_IF_ERROR(validate(options.limits));
  if (options.threads == 0) return invalid_argument("bad_limits", "a server needs a thread");
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  std::shared_ptr<const TlsContext> tls;
  if (impl->options.tls) {
    ASSIGN_OR_RETURN(tls, TlsContext::make(*impl->options.tls));
    impl->options.tls.reset();  // the key need not lie about in memory
  }
  RETURN_IF_ERROR(impl->listen());
  for (const auto& listener : impl->listeners) listener->accept(handler, impl->options.limits, tls);
  for (const auto& thread : impl->threads) thread->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  (void)drain({});
}

std::size_t Server::connections() const {
  return impl_->count.value();
}

Executor& Server::executor() {
  return *impl_->threads.front();
}

bool Server::drain(Duration patience) {
  const std::lock_guard lock(impl_->drain_mutex);
  if (std::exchange(impl_->drained, true)) return true;
  // Each thread closes its listener before it drains, so that no connection comes in between. Once the barrier below
  // has been passed on every thread, the count can only fall.
  std::vector<std::shared_ptr<std::promise<void>>> closed;
  for (std::size_t i = 0; i < impl_->threads.size(); ++i) {
    closed.push_back(std::make_shared<std::promise<void>>());
    impl_->threads[i]->post([listener = impl_->listeners[i], thread = impl_->threads[i].get(), done = closed.back()] {
      listener->close();
      thread->drain_all();
      done->set_value();
    });
  }
  for (const auto& done : closed) done->get_future().wait();
  const bool clean = impl_->count.wait_for_none(patience);
  if (!clean) {
    impl_->on_every_thread(&IoThread::abort_all);
    impl_->count.wait_for_none(std::nullopt);
  }
  for (const auto& thread : impl_->threads) thread->stop();
  impl_->listeners.clear();
  return clean;
}

}  // namespace florin::http
