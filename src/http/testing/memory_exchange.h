// MemoryExchange: an Exchange without a network. A test says what the peer sends and looks at what the handler
// answered.
//
//   ManualExecutor executor;
//   MemoryExchange exchange(executor, {.method = "POST", .path = "/pets"}, "a whole body");
//   exchange.serve(handler);      // starts the handler and runs the executor until it is quiet
//   EXPECT_EQ(exchange.status(), 200);
#pragma once

#include <coroutine>
#include <deque>

#include "http/exchange.h"
#include "http/testing/manual_executor.h"

namespace florin::http {

class MemoryExchange final : public Exchange {
 public:
  // A request whose body is still to come: push_body and end_body.
  MemoryExchange(ManualExecutor& executor, RequestHead request);
  // A complete request.
  MemoryExchange(ManualExecutor& executor, RequestHead request, std::string body);

  // The peer's side. Call run() on the executor afterwards, so that the handler goes on.
  void push_body(std::string piece);
  void end_body();
  // The next read of the handler fails with this.
  void fail_body(Error error);
  // The peer goes away: reads and writes fail with `canceled`, and the work given to on_abort runs.
  void abort();
  // The transport has no room: writes wait until it has again.
  void set_writable(bool writable);

  // Starts the handler and runs the executor until nothing is left to do.
  void serve(Handler& handler);

  // What the handler answered so far.
  bool handler_ended() const { return handler_ended_; }
  bool answered() const { return head_.has_value(); }
  // True when the answer is complete.
  bool finished() const { return finished_; }
  // 0 before the answer.
  int status() const { return head_ ? head_->status : 0; }
  const ResponseHead& head() const { return *head_; }
  const std::vector<std::string>& pieces() const { return pieces_; }
  std::string body() const;
  const Headers& trailers() const { return trailers_; }

  const RequestHead& request() const override { return request_; }
  Executor& executor() override { return executor_; }
  Task<Result<std::optional<std::string>>> read_body() override;
  Task<Status> respond(ResponseHead head, std::string body) override;
  Task<Status> write_head(ResponseHead head) override;
  Task<Status> write_body(std::string piece) override;
  Task<Status> finish(Headers trailers) override;
  void on_abort(Work work) override;

 private:
  struct Wait;
  Task<Status> room();
  void wake(std::coroutine_handle<>& waiting);

  ManualExecutor& executor_;
  RequestHead request_;
  std::deque<std::string> unread_;
  bool body_ended_ = false;
  std::optional<Error> body_error_;
  bool aborted_ = false;
  bool writable_ = true;
  Work abort_work_;
  std::coroutine_handle<> reader_;
  std::coroutine_handle<> writer_;

  std::optional<ResponseHead> head_;
  std::vector<std::string> pieces_;
  Headers trailers_;
  bool finished_ = false;
  bool handler_ended_ = false;
};

}  // namespace florin::http
