#include "http/testing/memory_transport.h"

#include <utility>

namespace florin::http {
namespace {

Error peer_gone() {
  return {Code::canceled, ErrorDomain::network, "peer_gone", "The client gave the request up."};
}

}  // namespace

// The server's side. It owns itself until its handler has ended.
class MemoryTransport::Served final : public Exchange, public ClientCarrier {
 public:
  Served(Executor& executor, std::shared_ptr<ClientExchange> client, std::shared_ptr<Record> record)
      : executor_(executor), client_(std::move(client)), record_(std::move(record)) {
    const ClientRequestHead& head = client_->head();
    record_->request = head;
    request_ = {.method = head.method, .path = head.path, .query = head.query, .headers = head.headers};
    request_.authority = request_.peer = "memory";
    request_.http_major = 2;
    client_->carried_by(this);
  }

  static void serve(std::unique_ptr<Served> served, Handler& handler) {
    Served& exchange = *served;
    start(handler.serve(exchange), [served = std::move(served)](Unit) mutable { served->end(); });
  }

  const RequestHead& request() const override { return request_; }
  Executor& executor() override { return executor_; }

  Task<Result<std::optional<std::string>>> read_body() override {
    while (!gone_ && client_->outbound().empty() && !client_->finished()) co_await Wait{reader_};
    if (gone_) co_return peer_gone();
    H2OutBody& body = client_->outbound();
    if (body.empty()) co_return std::optional<std::string>();
    std::optional<std::string> piece(std::string{});
    body.take(body.size(), *piece);
    client_->on_room();
    record_->request_body += *piece;
    co_return piece;
  }

  Task<Status> respond(ResponseHead head, std::string body) override {
    Status begun = co_await write_head(std::move(head));
    if (!begun.ok()) co_return begun;
    if (!body.empty()) (void)co_await write_body(std::move(body));
    co_return co_await finish({});
  }
  Task<Status> write_head(ResponseHead head) override {
    if (gone_) co_return peer_gone();
    record_->answer = head;
    client_->on_head(std::move(head));
    co_return ok();
  }
  Task<Status> write_body(std::string piece) override {
    if (gone_) co_return peer_gone();
    record_->answer_body += piece;
    client_->on_body(piece);
    co_return ok();
  }
  Task<Status> finish(Headers trailers) override {
    if (gone_) co_return peer_gone();
    record_->trailers = trailers;
    client_->on_end(std::move(trailers));
    complete_ = true;
    co_return ok();
  }
  void on_abort(Work work) override { abort_work_ = std::move(work); }

  void on_more(ClientExchange&) override { wake(); }
  void on_taken(ClientExchange&, std::size_t) override {}
  void on_cancel(ClientExchange&) override {
    gone_ = true;
    record_->canceled = true;
    if (abort_work_ && !complete_) executor_.post(std::exchange(abort_work_, nullptr));
    wake();
  }

 private:
  struct Wait {
    std::coroutine_handle<>& slot;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) { slot = handle; }
    void await_resume() const {}
  };

  void wake() {
    if (reader_) executor_.post([handle = std::exchange(reader_, nullptr)] { handle.resume(); });
  }
  void end() {
    if (gone_) return;
    client_->carried_by(nullptr);
    if (!complete_) client_->on_failure(unavailable("no_answer", "The handler ended without an answer."), true);
  }

  Executor& executor_;
  const std::shared_ptr<ClientExchange> client_;
  const std::shared_ptr<Record> record_;
  RequestHead request_;
  bool gone_ = false;
  bool complete_ = false;
  Work abort_work_;
  std::coroutine_handle<> reader_;
};

ClientExchangePtr MemoryTransport::open(ClientRequestHead head, std::optional<std::string> body) {
  ++opened_;
  last_ = std::make_shared<Record>();
  auto client = std::make_shared<ClientExchange>(executor_, std::move(head), std::move(body));
  executor_.post([served = std::make_unique<Served>(executor_, client, last_), this]() mutable {
    Served::serve(std::move(served), handler_);
  });
  return canceling(std::move(client));
}

}  // namespace florin::http
