// ClientExchange: one request on its way out and its answer, whatever version of HTTP carries it. The mirror of
// exchange.h.
//
// It is filled from two sides: by who makes the request, with coroutines, and by the carrier (a connection, a pool that
// waits for one, or a test), with plain calls. Both live on the transport's executor, and neither runs inside a call of
// the other: a coroutine that can go on is resumed from the executor.
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "http/exchange.h"
#include "http/h2_out_body.h"

namespace florin::http {

struct ClientRequestHead {
  std::string method = "POST";
  std::string path = "/";  // as sent, percent-encoded
  std::string query{};     // what follows "?", or empty
  Headers headers{};       // without host, content-length and what else is the transport's business
};

class ClientExchange;

// Who takes a request to its server. It lets go of an exchange when that has ended or failed.
class ClientCarrier {
 public:
  virtual ~ClientCarrier() = default;
  // There is more of the request to send, or its end.
  virtual void on_more(ClientExchange& exchange) = 0;
  // `bytes` of the answer's body were read: there is room for as many.
  virtual void on_taken(ClientExchange& exchange, std::size_t bytes) = 0;
  // Nobody waits for the answer any more.
  virtual void on_cancel(ClientExchange& exchange) = 0;
};

class ClientExchange final : public std::enable_shared_from_this<ClientExchange> {
 public:
  // With `body`, that is the whole of it; without, it is written in pieces.
  ClientExchange(Executor& executor, ClientRequestHead head, std::optional<std::string> body);

  // ---- who makes the request. One read and one write may be under way at the same time.

  // The next piece of the body. Resumes when there is room for more; fails as read_head does, and with `aborted`
  // (answer_complete) where the whole answer came before the request had ended: the server wants no more of it.
  Task<Status> write_body(std::string piece);
  // The body is complete.
  void finish();

  // The final answer's head; interim answers are skipped. Fails where none will come: `unavailable` (not_connected,
  // connection_lost), what a reset stream means (stream_reset), `internal` (malformed_answer), `resource_exhausted`
  // (answer_head_too_large), or the reason given to cancel().
  Task<Result<ResponseHead>> read_head();
  // The next piece of the answer's body, never empty; nothing at its end. After read_head; fails as that does.
  Task<Result<std::optional<std::string>>> read_body();
  // Complete once the body has ended.
  const Headers& trailers() const { return trailers_; }

  // Gives the request up: what is under way and all that follows fails with `reason`. An HTTP/2 stream is reset, an
  // HTTP/1.1 connection closed. Does nothing after the first time, and once the answer has been read to its end.
  void cancel(Error reason);

  // After a failure: whether the server may have seen anything of the request. Where it has not, sending it again is
  // safe whatever it does.
  bool seen() const { return seen_; }

  // ---- the carrier

  const ClientRequestHead& head() const { return head_; }
  // Null: there is none any more, and nothing is told to anyone.
  void carried_by(ClientCarrier* carrier) { carrier_ = carrier; }
  // True where the whole body was there from the start, so that its length is known.
  bool body_is_whole() const { return whole_; }
  H2OutBody& outbound() { return outbound_; }
  // Nothing follows what is outbound.
  bool finished() const { return finished_; }
  // To be called after something was taken from outbound().
  void on_room();
  // Body bytes that came and were not read.
  std::size_t unread() const { return inbound_.size(); }
  bool answered() const { return head_known_; }

  void on_head(ResponseHead head);
  void on_body(std::string_view bytes);
  void on_end(Headers trailers);
  // What came before is still read. Ignored after the end. The carrier lets go.
  void on_failure(Error error, bool seen);

 private:
  struct ReaderWait;
  struct WriterWait;

  bool over() const { return ended_ || failure_.has_value(); }
  bool can_write() const;
  void wake_soon();
  void wake();

  Executor& executor_;
  ClientRequestHead head_;
  const bool whole_;
  ClientCarrier* carrier_ = nullptr;

  H2OutBody outbound_;
  bool finished_;
  std::coroutine_handle<> writer_;

  bool head_known_ = false;
  std::optional<ResponseHead> answer_head_;  // until it is read
  std::string inbound_;
  bool ended_ = false;
  Headers trailers_;
  std::optional<Error> failure_;
  bool read_to_end_ = false;
  bool seen_ = false;
  std::coroutine_handle<> reader_;
  bool wake_posted_ = false;
};

// As who made the request holds it: letting go of the last one cancels what is not complete. Not while an operation is
// under way.
using ClientExchangePtr = std::shared_ptr<ClientExchange>;
ClientExchangePtr canceling(std::shared_ptr<ClientExchange> exchange);

// A way to one server.
class ClientTransport {
 public:
  virtual ~ClientTransport() = default;
  // Where exchanges live: every call is made there, and every coroutine resumes there.
  virtual Executor& executor() = 0;
  // Begins a request. Never fails here; read_head says how it went.
  virtual ClientExchangePtr open(ClientRequestHead head, std::optional<std::string> body) = 0;
};

}  // namespace florin::http
