#include "http/client_exchange.h"

#include <utility>

#include "base/check.h"

namespace florin::http {
namespace {

// A writer waits while more than this is unsent, and goes on below half of it.
constexpr std::size_t outbound_bytes_max = 64 * 1024;

Error answer_complete() {
  return {Code::aborted, ErrorDomain::network, "answer_complete", "The server answered before the request had ended."};
}

Error let_go() {
  return {Code::canceled, ErrorDomain::network, "canceled", "The request was given up."};
}

}  // namespace

ClientExchange::ClientExchange(Executor& executor, ClientRequestHead head, std::optional<std::string> body)
    : executor_(executor), head_(std::move(head)), whole_(body.has_value()), finished_(whole_) {
  if (body) outbound_.push(std::move(*body));
}

struct ClientExchange::ReaderWait {
  ClientExchange& exchange;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!exchange.reader_, "one read at a time");
    exchange.reader_ = handle;
  }
  void await_resume() const {}
};

struct ClientExchange::WriterWait {
  ClientExchange& exchange;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!exchange.writer_, "one write at a time");
    exchange.writer_ = handle;
  }
  void await_resume() const {}
};

bool ClientExchange::can_write() const {
  return over() || outbound_.size() <= outbound_bytes_max / 2;
}

Task<Status> ClientExchange::write_body(std::string piece) {
  CHECK(!finished_, "the body is complete");
  if (!over() && !piece.empty()) {
    outbound_.push(std::move(piece));
    if (carrier_ != nullptr) carrier_->on_more(*this);
  }
  if (outbound_.size() > outbound_bytes_max) {
    while (!can_write()) co_await WriterWait{*this};
  }
  if (failure_) co_return *failure_;
  if (ended_) co_return answer_complete();
  co_return ok();
}

void ClientExchange::finish() {
  if (std::exchange(finished_, true) || over()) return;
  if (carrier_ != nullptr) carrier_->on_more(*this);
}

Task<Result<ResponseHead>> ClientExchange::read_head() {
  while (!answer_head_ && !failure_) co_await ReaderWait{*this};
  if (!answer_head_) co_return *failure_;
  co_return *std::exchange(answer_head_, std::nullopt);
}

Task<Result<std::optional<std::string>>> ClientExchange::read_body() {
  while (inbound_.empty() && !over()) co_await ReaderWait{*this};
  if (!inbound_.empty()) {
    std::optional<std::string> piece(std::exchange(inbound_, {}));
    if (carrier_ != nullptr) carrier_->on_taken(*this, piece->size());
    co_return piece;
  }
  if (failure_) co_return *failure_;
  read_to_end_ = true;
  co_return std::optional<std::string>();
}

void ClientExchange::cancel(Error reason) {
  if (failure_ || read_to_end_) return;
  answer_head_.reset();
  inbound_.clear();
  outbound_.clear();
  ended_ = false;
  seen_ = true;
  failure_ = std::move(reason);
  if (ClientCarrier* const carrier = std::exchange(carrier_, nullptr)) carrier->on_cancel(*this);
  wake_soon();
}

void ClientExchange::on_room() {
  if (writer_ && can_write()) wake_soon();
}

void ClientExchange::on_head(ResponseHead head) {
  if (over()) return;
  head_known_ = true;
  answer_head_ = std::move(head);
  wake_soon();
}

void ClientExchange::on_body(std::string_view bytes) {
  if (over()) return;
  inbound_ += bytes;
  wake_soon();
}

void ClientExchange::on_end(Headers trailers) {
  if (over()) return;
  ended_ = true;
  seen_ = true;
  trailers_ = std::move(trailers);
  outbound_.clear();
  wake_soon();
}

void ClientExchange::on_failure(Error error, bool seen) {
  carrier_ = nullptr;
  if (over()) return;
  failure_ = std::move(error);
  seen_ = seen;
  outbound_.clear();
  wake_soon();
}

void ClientExchange::wake_soon() {
  if ((!reader_ && !writer_) || std::exchange(wake_posted_, true)) return;
  executor_.post([self = shared_from_this()] { self->wake(); });
}

// A coroutine that was woken for nothing waits again; one that ends may let go of the exchange, which the posted work
// holds.
void ClientExchange::wake() {
  wake_posted_ = false;
  if (reader_) std::exchange(reader_, nullptr).resume();
  if (writer_) std::exchange(writer_, nullptr).resume();
}

ClientExchangePtr canceling(std::shared_ptr<ClientExchange> exchange) {
  ClientExchange* const raw = exchange.get();
  return {raw, [owned = std::move(exchange)](ClientExchange*) { owned->cancel(let_go()); }};
}

}  // namespace florin::http
