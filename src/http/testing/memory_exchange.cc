#include "http/testing/memory_exchange.h"

namespace florin::http {
namespace {

Error peer_gone() {
  return {Code::canceled, ErrorDomain::network, "peer_gone", "The client closed the connection."};
}

}  // namespace

// Suspends until somebody wakes the slot.
struct MemoryExchange::Wait {
  std::coroutine_handle<>& slot;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) { slot = handle; }
  void await_resume() const {}
};

MemoryExchange::MemoryExchange(ManualExecutor& executor, RequestHead request)
    : executor_(executor), request_(std::move(request)) {}

MemoryExchange::MemoryExchange(ManualExecutor& executor, RequestHead request, std::string body)
    : MemoryExchange(executor, std::move(request)) {
  if (!body.empty()) push_body(std::move(body));
  end_body();
}

void MemoryExchange::push_body(std::string piece) {
  CHECK(!piece.empty() && !body_ended_);
  unread_.push_back(std::move(piece));
  wake(reader_);
}

void MemoryExchange::end_body() {
  body_ended_ = true;
  wake(reader_);
}

void MemoryExchange::fail_body(Error error) {
  body_error_ = std::move(error);
  wake(reader_);
}

void MemoryExchange::abort() {
  if (aborted_) return;
  aborted_ = true;
  if (abort_work_ && !finished_) executor_.post(std::exchange(abort_work_, nullptr));
  wake(reader_);
  wake(writer_);
}

void MemoryExchange::set_writable(bool writable) {
  writable_ = writable;
  if (writable) wake(writer_);
}

void MemoryExchange::serve(Handler& handler) {
  start(handler.serve(*this), [this](Unit) { handler_ended_ = true; });
  executor_.run();
}

std::string MemoryExchange::body() const {
  std::string all;
  for (const std::string& piece : pieces_) all += piece;
  return all;
}

void MemoryExchange::wake(std::coroutine_handle<>& waiting) {
  if (waiting) executor_.post([handle = std::exchange(waiting, nullptr)] { handle.resume(); });
}

Task<Result<std::optional<std::string>>> MemoryExchange::read_body() {
  while (unread_.empty() && !body_ended_ && !body_error_ && !aborted_) co_await Wait{reader_};
  if (aborted_) co_return peer_gone();
  if (!unread_.empty()) {
    std::optional<std::string> piece = std::move(unread_.front());
    unread_.pop_front();
    co_return piece;
  }
  if (body_error_) co_return *body_error_;
  co_return std::optional<std::string>();
}

Task<Status> MemoryExchange::room() {
  while (!writable_ && !aborted_) co_await Wait{writer_};
  if (aborted_) co_return peer_gone();
  co_return ok();
}

Task<Status> MemoryExchange::respond(ResponseHead head, std::string body) {
  CHECK(!head_, "an exchange is answered once");
  head_ = std::move(head);
  if (!body.empty()) pieces_.push_back(std::move(body));
  finished_ = true;
  co_return co_await room();
}

Task<Status> MemoryExchange::write_head(ResponseHead head) {
  CHECK(!head_, "an exchange is answered once");
  head_ = std::move(head);
  co_return co_await room();
}

Task<Status> MemoryExchange::write_body(std::string piece) {
  CHECK(head_ && !finished_, "the head comes before the body, and nothing after the end");
  pieces_.push_back(std::move(piece));
  co_return co_await room();
}

Task<Status> MemoryExchange::finish(Headers trailers) {
  CHECK(head_ && !finished_, "the head comes before the end");
  trailers_ = std::move(trailers);
  finished_ = true;
  co_return co_await room();
}

void MemoryExchange::on_abort(Work work) {
  if (aborted_) {
    executor_.post(std::move(work));
  } else {
    abort_work_ = std::move(work);
  }
}

}  // namespace florin::http
