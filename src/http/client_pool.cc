#include "http/client_pool.h"

#include <algorithm>
#include <utility>

#include "http/io_thread.h"

namespace florin::http {

ClientPool::ClientPool(IoThread& thread, ClientTarget target, HttpVersion version, const ClientLimits& limits)
    : thread_(thread), target_(std::move(target)), limits_(limits), insists_on_http_2_(version == HttpVersion::http_2) {
  if (version != HttpVersion::any) is_http_2_ = insists_on_http_2_;
  if (version == HttpVersion::any && target_.tls == nullptr) is_http_2_ = false;
}

void ClientPool::submit(std::shared_ptr<ClientExchange> exchange) {
  if (shut_down_) return exchange->on_failure(connection_lost(target_.authority), false);
  exchange->carried_by(this);
  waiting_.push_back(std::move(exchange));
  serve_waiting();
}

void ClientPool::on_cancel(ClientExchange& exchange) {
  const auto found =
      std::ranges::find(waiting_, &exchange, [](const std::shared_ptr<ClientExchange>& one) { return one.get(); });
  if (found != waiting_.end()) waiting_.erase(found);
}

// The connection used last is used first, so that those that are not needed grow idle and close.
void ClientPool::serve_waiting() {
  while (!waiting_.empty()) {
    const auto found = std::ranges::find_if(connections_.rbegin(), connections_.rend(),
                                            [](const auto& connection) { return connection->capacity() > 0; });
    if (found == connections_.rend()) return connect_more();
    const auto exchange = std::move(waiting_.front());
    waiting_.pop_front();
    (*found)->carry(exchange);
  }
}

void ClientPool::connect_more() {
  const std::size_t wanted = is_http_2_ == false ? waiting_.size() : 1;
  while (connecting_.size() < wanted && connections_.size() + connecting_.size() < limits_.connections_max) {
    auto connector = std::make_shared<ClientConnector>(thread_, target_);
    connecting_.push_back(connector);
    connector->start(limits_.connect_timeout,
                     [weak = weak_from_this(), raw = connector.get()](Result<Connected> outcome) {
                       if (const auto self = weak.lock()) self->on_connect(*raw, std::move(outcome));
                     });
  }
}

void ClientPool::on_connect(ClientConnector& connector, Result<Connected> outcome) {
  std::erase_if(connecting_, [&](const auto& one) { return one.get() == &connector; });
  // A connection for one exchange fails one; what would have carried all fails all.
  if (!outcome.ok()) return fail_waiting(outcome.error(), is_http_2_ == false ? 1 : waiting_.size());
  const bool by_alpn = outcome->protocol == "h2";
  if (insists_on_http_2_ && target_.tls != nullptr && !by_alpn) {
    outcome->stream->close();
    return fail_waiting(unavailable("not_connected", target_.authority + " does not speak HTTP/2."), waiting_.size());
  }
  if (!is_http_2_) is_http_2_ = by_alpn;
  const ClientConnectionContext context{.thread = thread_,
                                        .owner = this,
                                        .limits = limits_,
                                        .authority = target_.authority,
                                        .tls = target_.tls != nullptr};
  connections_.push_back(*is_http_2_ ? make_client_h2(context, std::move(outcome->stream))
                                     : make_client_h1(context, std::move(outcome->stream)));
  connections_.back()->open();
  serve_waiting();
}

void ClientPool::fail_waiting(const Error& error, std::size_t count) {
  for (; count > 0 && !waiting_.empty(); --count) {
    const auto exchange = std::move(waiting_.front());
    waiting_.pop_front();
    exchange->on_failure(error, false);
  }
  if (!waiting_.empty()) serve_waiting();
}

void ClientPool::on_capacity(ClientConnection& connection) {
  const auto found = std::ranges::find(connections_, &connection, &std::shared_ptr<ClientConnection>::get);
  if (found != connections_.end()) std::rotate(found, found + 1, connections_.end());
  serve_waiting();
}

void ClientPool::on_closed(ClientConnection& connection) {
  std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  serve_waiting();
}

void ClientPool::shut_down(const Error& reason) {
  shut_down_ = true;
  for (const auto& connector : std::exchange(connecting_, {})) connector->cancel();
  for (const auto& connection : std::exchange(connections_, {})) connection->abandon(reason);
  fail_waiting(reason, waiting_.size());
}

}  // namespace florin::http
