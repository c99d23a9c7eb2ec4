// Exchange: one HTTP request and its answer, whatever version of HTTP carries it.
//
// Everything above this header (RPC protocols, webhooks, static files) sees requests only through it, so that a
// transport or a test can be put underneath without a change above.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"

namespace florin::http {

// Header fields in the order they came. Names are lower case.
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
    bool operator==(const Field&) const = default;
  };

  // Appends; `name` must be lower case already.
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  // The first value of `name`, or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }
  const std::vector<Field>& fields() const { return fields_; }
  // Forgets the fields and keeps the memory.
  void clear() { fields_.clear(); }

  bool operator==(const Headers&) const = default;

 private:
  std::vector<Field> fields_;
};

struct RequestHead {
  std::string method{};     // "POST"
  std::string path{};       // "/florin.payments.v1.PaymentService/GetPayment"; as sent, not decoded
  std::string query{};      // what follows "?", or empty
  std::string authority{};  // Host header or :authority
  Headers headers{};
  std::string peer{};  // "127.0.0.1:53210"
  int http_major = 1;
  bool tls = false;
  // Who the client is by its TLS certificate, where the server asks for one: the subject, "CN=till-7,O=Shop" (RFC
  // 4514).
  std::optional<std::string> client_subject{};
};

struct ResponseHead {
  int status = 200;
  Headers headers{};  // content-length, date and transfer-encoding are the transport's business
};

// All calls are made on the exchange's executor. The exchange outlives the handler's task.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const RequestHead& request() const = 0;
  // Where the handler runs; a handler that waits for another thread must resume here.
  virtual Executor& executor() = 0;

  // The next piece of the request body, never empty; nothing at its end. Fails with `canceled` when the peer is gone,
  // and with `resource_exhausted` (body_too_large) past the transport's limit.
  virtual Task<Result<std::optional<std::string>>> read_body() = 0;

  // Answers in one go. The common case: one write to the socket. Over HTTP/2 an empty body makes the head the whole
  // answer (END_STREAM on HEADERS), which is what gRPC calls trailers-only.
  virtual Task<Status> respond(ResponseHead head, std::string body) = 0;

  // Answers in pieces: head once, then body pieces, then the end with trailers (empty for none). Each resumes when the
  // transport has room for more, and fails with `canceled` when the peer is gone.
  virtual Task<Status> write_head(ResponseHead head) = 0;
  virtual Task<Status> write_body(std::string piece) = 0;
  virtual Task<Status> finish(Headers trailers) = 0;

  // `work` runs once on the executor when the peer goes away or the transport gives up before the answer is complete.
  // A peer that has sent everything and closes its side of the connection counts as gone, as it cannot be told from one
  // that closed both; an answer is still sent to it. The work is dropped when the answer is complete; giving another
  // one replaces it.
  virtual void on_abort(Work work) = 0;
};

// Serves exchanges. One instance serves all connections of a server at once, on several threads.
class Handler {
 public:
  virtual ~Handler() = default;
  // Must answer the exchange before it ends; an exchange left unanswered gets 500.
  virtual Task<Unit> serve(Exchange& exchange) = 0;
};

// What read_body and read_whole_body fail with past a limit. The reader should answer 413 or its protocol's equivalent.
Error body_too_large(std::size_t limit_bytes);

// The whole body, at most `limit_bytes`; `resource_exhausted` (body_too_large) beyond, which names the lower one of
// this limit and the transport's.
Task<Result<std::string>> read_whole_body(Exchange& exchange, std::size_t limit_bytes);

}  // namespace florin::http
